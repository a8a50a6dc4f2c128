#ifdef PEG
struct T_SRC {
	char *fl; int ln;
} T_SRC[NTRANS];

void
tr_2_src(int m, char *file, int ln)
{	T_SRC[m].fl = file;
	T_SRC[m].ln = ln;
}

void
putpeg(int n, int m)
{	printf("%5d	trans %4d ", m, n);
	printf("%s:%d\n",
		T_SRC[n].fl, T_SRC[n].ln);
}
#endif

void
settable(void)
{	Trans *T;
	Trans *settr(int, int, int, int, int, char *, int, int, int);

	trans = (Trans ***) emalloc(6*sizeof(Trans **));

	/* proctype 4: :init: */

	trans[4] = (Trans **) emalloc(9*sizeof(Trans *));

	T = trans[ 4][7] = settr(755,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(755,2,1,0,0,"ATOMIC", 1, 2, 0);
	trans[4][1]	= settr(749,2,2,3,3,"running = 4", 1, 2, 0);
	trans[4][2]	= settr(750,2,3,4,4,"(run owner(2,0))", 1, 2, 0);
	trans[4][3]	= settr(751,2,4,5,5,"(run owner(1,1))", 1, 2, 0);
	trans[4][4]	= settr(752,2,5,6,6,"(run cleaner())", 1, 2, 0);
	trans[4][5]	= settr(753,2,6,7,7,"(run cleaner())", 1, 2, 0);
	trans[4][6]	= settr(754,0,8,8,8,"(run watcher())", 1, 2, 0);
	trans[4][8]	= settr(756,0,0,9,9,"-end-", 0, 3500, 0);

	/* proctype 3: watcher */

	trans[3] = (Trans **) emalloc(411*sizeof(Trans *));

	T = trans[ 3][98] = settr(436,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(436,0,5,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 3][5] = settr(343,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(343,2,1,0,0,"ATOMIC", 1, 2, 0);
	trans[3][1]	= settr(339,4,96,10,10,"seen = bound", 1, 2, 0); /* m: 2 -> 0,96 */
	reached3[2] = 1;
	trans[3][2]	= settr(0,0,0,0,0,"is_locked = ((seen!=255)&&(file[seen].lock!=255))",0,0,0);
	trans[3][3]	= settr(0,0,0,0,0,"pidfd = 255",0,0,0);
	trans[3][4]	= settr(0,0,0,0,0,"is_due = 0",0,0,0);
	T = trans[3][96] = settr(434,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(434,0,6,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(434,0,7,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(434,0,88,0,0,"IF", 0, 2, 0);
	trans[3][6]	= settr(344,0,99,11,11,"((seen==255))", 0, 2, 0);
	trans[3][97]	= settr(435,0,99,1,0,".(goto)", 0, 2, 0);
	trans[3][7]	= settr(345,0,86,12,12,"(((seen!=255)&&!(is_locked)))", 0, 2, 0);
	T = trans[ 3][86] = settr(424,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(424,0,17,0,0,"sub-sequence", 0, 2, 0);
	T = trans[3][17] = settr(355,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(355,0,14,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(355,0,15,0,0,"IF", 0, 2, 0);
	T = trans[ 3][14] = settr(352,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(352,2,8,0,0,"ATOMIC", 1, 2, 0);
	trans[3][8]	= settr(346,2,12,13,13,"other = bound", 1, 2, 0);
	T = trans[3][12] = settr(350,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(350,2,9,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(350,2,11,0,0,"IF", 1, 2, 0);
	trans[3][9]	= settr(347,0,84,14,14,"((other!=255))", 1, 2, 0); /* m: 10 -> 84,0 */
	reached3[10] = 1;
	trans[3][10]	= settr(0,0,0,0,0,"file[other].holders = (file[other].holders+1)",0,0,0);
	trans[3][13]	= settr(351,0,84,15,15,".(goto)", 1, 2, 0);
	trans[3][11]	= settr(349,2,13,2,0,"else", 1, 2, 0);
	trans[3][18]	= settr(356,0,84,1,0,".(goto)", 0, 2, 0);
	trans[3][15]	= settr(353,0,409,16,16,"(is_mortal)", 0, 2, 0);
	trans[3][16]	= settr(354,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][84] = settr(422,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(422,0,19,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(422,0,20,0,0,"IF", 0, 2, 0);
	trans[3][19]	= settr(357,0,99,17,17,"((other==255))", 0, 2, 0); /* m: 87 -> 99,0 */
	reached3[87] = 1;
	trans[3][85]	= settr(423,0,87,1,0,".(goto)", 0, 2, 0); /* m: 87 -> 0,99 */
	reached3[87] = 1;
	trans[3][20]	= settr(358,0,21,2,0,"else", 0, 2, 0);
	trans[3][21]	= settr(359,0,32,18,18,"may_remove = 0", 0, 2, 0);
	T = trans[3][32] = settr(370,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(370,0,29,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(370,0,30,0,0,"IF", 0, 2, 0);
	T = trans[ 3][29] = settr(367,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(367,2,27,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][27] = settr(365,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(365,2,22,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(365,2,26,0,0,"IF", 1, 2, 0);
	trans[3][22]	= settr(360,0,42,19,19,"((file[other].lock==255))", 1, 2, 0); /* m: 23 -> 42,0 */
	reached3[23] = 1;
	trans[3][23]	= settr(0,0,0,0,0,"file[other].lock = _pid",0,0,0);
	trans[3][24]	= settr(0,0,0,0,0,"file[other].sharers = 1",0,0,0);
	trans[3][25]	= settr(0,0,0,0,0,"may_remove = 1",0,0,0);
	trans[3][28]	= settr(366,0,42,20,20,".(goto)", 1, 2, 0);
	trans[3][26]	= settr(364,2,28,2,0,"else", 1, 2, 0);
	trans[3][33]	= settr(371,0,42,1,0,".(goto)", 0, 2, 0);
	trans[3][30]	= settr(368,0,409,21,21,"(is_mortal)", 0, 2, 0);
	trans[3][31]	= settr(369,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][42] = settr(380,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(380,0,34,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(380,0,41,0,0,"IF", 0, 2, 0);
	trans[3][34]	= settr(372,0,39,22,22,"(may_remove)", 0, 2, 0);
	T = trans[3][39] = settr(377,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(377,0,36,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(377,0,37,0,0,"IF", 0, 2, 0);
	T = trans[ 3][36] = settr(374,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(374,2,35,0,0,"ATOMIC", 1, 2, 0);
	trans[3][35]	= settr(373,0,59,23,23,"may_remove = (bound==other)", 1, 2, 0);
	trans[3][40]	= settr(378,0,59,1,0,".(goto)", 0, 2, 0);
	trans[3][37]	= settr(375,0,409,24,24,"(is_mortal)", 0, 2, 0);
	trans[3][38]	= settr(376,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][43]	= settr(381,0,59,1,0,".(goto)", 0, 2, 0);
	trans[3][41]	= settr(379,0,59,2,0,"else", 0, 2, 0);
	T = trans[3][59] = settr(397,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(397,0,44,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(397,0,58,0,0,"IF", 0, 2, 0);
	trans[3][44]	= settr(382,0,56,25,25,"(may_remove)", 0, 2, 0);
	T = trans[3][56] = settr(394,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(394,0,53,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(394,0,54,0,0,"IF", 0, 2, 0);
	T = trans[ 3][53] = settr(391,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(391,2,52,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][52] = settr(390,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(390,0,50,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][50] = settr(388,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(388,2,45,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(388,2,49,0,0,"IF", 1, 2, 0);
	trans[3][45]	= settr(383,0,82,26,26,"((bound!=255))", 1, 2, 0); /* m: 46 -> 82,0 */
	reached3[46] = 1;
	trans[3][46]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[3][47]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[3][48]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[3][51]	= settr(389,0,82,27,27,".(goto)", 1, 2, 0);
	trans[3][49]	= settr(387,2,51,2,0,"else", 1, 2, 0);
	trans[3][57]	= settr(395,0,82,1,0,".(goto)", 0, 2, 0);
	trans[3][54]	= settr(392,0,409,28,28,"(is_mortal)", 0, 2, 0);
	trans[3][55]	= settr(393,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][60]	= settr(398,0,82,1,0,".(goto)", 0, 2, 0);
	trans[3][58]	= settr(396,0,82,2,0,"else", 0, 2, 0);
	T = trans[3][82] = settr(420,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(420,0,79,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(420,0,80,0,0,"IF", 0, 2, 0);
	T = trans[ 3][79] = settr(417,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(417,2,78,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][78] = settr(416,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(416,0,76,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][76] = settr(414,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(414,2,61,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(414,2,75,0,0,"IF", 1, 2, 0);
	trans[3][61]	= settr(399,2,72,29,0,"((other!=255))", 1, 2, 0);
	T = trans[ 3][72] = settr(410,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(410,0,70,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][70] = settr(408,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(408,2,62,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(408,2,69,0,0,"IF", 1, 2, 0);
	trans[3][62]	= settr(400,2,67,30,30,"((file[other].lock==_pid))", 1, 2, 0); /* m: 63 -> 67,0 */
	reached3[63] = 1;
	trans[3][63]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[3][67] = settr(405,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(405,2,64,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(405,2,66,0,0,"IF", 1, 2, 0);
	trans[3][64]	= settr(402,0,99,31,31,"((file[other].sharers==0))", 1, 2, 0); /* m: 65 -> 99,0 */
	reached3[65] = 1;
	trans[3][65]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[3][68]	= settr(406,2,73,1,0,".(goto)", 1, 2, 0); /* m: 73 -> 0,99 */
	reached3[73] = 1;
	trans[3][66]	= settr(404,2,73,2,0,"else", 1, 2, 0);
	trans[3][71]	= settr(409,2,73,1,0,".(goto)", 1, 2, 0); /* m: 73 -> 0,99 */
	reached3[73] = 1;
	trans[3][69]	= settr(407,2,73,2,0,"else", 1, 2, 0);
	trans[3][73]	= settr(411,0,99,32,32,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 74 -> 0,99 */
	reached3[74] = 1;
	trans[3][74]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[3][77]	= settr(415,0,99,33,33,".(goto)", 1, 2, 0); /* m: 87 -> 0,99 */
	reached3[87] = 1;
	trans[3][75]	= settr(413,2,77,2,0,"else", 1, 2, 0);
	trans[3][83]	= settr(421,0,87,1,0,".(goto)", 0, 2, 0); /* m: 87 -> 0,99 */
	reached3[87] = 1;
	trans[3][80]	= settr(418,0,409,34,34,"(is_mortal)", 0, 2, 0);
	trans[3][81]	= settr(419,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][87]	= settr(425,0,99,35,35,"is_due = 1", 0, 2, 0);
	trans[3][88]	= settr(426,0,95,36,36,"(((seen!=255)&&is_locked))", 0, 2, 0);
	T = trans[ 3][95] = settr(433,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(433,2,93,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][93] = settr(431,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(431,2,89,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(431,2,91,0,0,"IF", 1, 2, 0);
	trans[3][89]	= settr(427,0,99,37,37,"(ended[file[seen].life])", 1, 2, 0); /* m: 90 -> 99,0 */
	reached3[90] = 1;
	trans[3][90]	= settr(0,0,0,0,0,"is_due = 1",0,0,0);
	trans[3][94]	= settr(432,0,99,38,38,".(goto)", 1, 2, 0);
	trans[3][91]	= settr(429,2,92,2,0,"else", 1, 2, 0);
	trans[3][92]	= settr(430,0,99,39,39,"pidfd = file[seen].life", 1, 2, 0); /* m: 94 -> 0,99 */
	reached3[94] = 1;
	trans[3][99]	= settr(437,0,406,40,40,"is_followed = 1", 1, 2, 0);
	trans[3][407]	= settr(745,0,406,1,0,".(goto)", 0, 2, 0);
	T = trans[3][406] = settr(744,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(744,0,102,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(744,0,203,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(744,0,304,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(744,0,405,0,0,"DO", 0, 2, 0);
	T = trans[ 3][102] = settr(440,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(440,2,100,0,0,"ATOMIC", 1, 2, 0);
	trans[3][100]	= settr(438,4,200,41,41,"(is_told)", 1, 2, 0); /* m: 101 -> 200,0 */
	reached3[101] = 1;
	trans[3][101]	= settr(0,0,0,0,0,"is_told = 0",0,0,0);
	T = trans[ 3][200] = settr(538,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(538,0,107,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 3][107] = settr(445,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(445,2,103,0,0,"ATOMIC", 1, 2, 0);
	trans[3][103]	= settr(441,4,198,42,42,"seen = bound", 1, 2, 0); /* m: 104 -> 0,198 */
	reached3[104] = 1;
	trans[3][104]	= settr(0,0,0,0,0,"is_locked = ((seen!=255)&&(file[seen].lock!=255))",0,0,0);
	trans[3][105]	= settr(0,0,0,0,0,"pidfd = 255",0,0,0);
	trans[3][106]	= settr(0,0,0,0,0,"is_due = 0",0,0,0);
	T = trans[3][198] = settr(536,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(536,0,108,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(536,0,109,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(536,0,190,0,0,"IF", 0, 2, 0);
	trans[3][108]	= settr(446,0,406,43,43,"((seen==255))", 0, 2, 0);
	trans[3][199]	= settr(537,0,406,1,0,".(goto)", 0, 2, 0);
	trans[3][109]	= settr(447,0,188,44,44,"(((seen!=255)&&!(is_locked)))", 0, 2, 0);
	T = trans[ 3][188] = settr(526,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(526,0,119,0,0,"sub-sequence", 0, 2, 0);
	T = trans[3][119] = settr(457,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(457,0,116,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(457,0,117,0,0,"IF", 0, 2, 0);
	T = trans[ 3][116] = settr(454,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(454,2,110,0,0,"ATOMIC", 1, 2, 0);
	trans[3][110]	= settr(448,2,114,45,45,"other = bound", 1, 2, 0);
	T = trans[3][114] = settr(452,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(452,2,111,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(452,2,113,0,0,"IF", 1, 2, 0);
	trans[3][111]	= settr(449,0,186,46,46,"((other!=255))", 1, 2, 0); /* m: 112 -> 186,0 */
	reached3[112] = 1;
	trans[3][112]	= settr(0,0,0,0,0,"file[other].holders = (file[other].holders+1)",0,0,0);
	trans[3][115]	= settr(453,0,186,47,47,".(goto)", 1, 2, 0);
	trans[3][113]	= settr(451,2,115,2,0,"else", 1, 2, 0);
	trans[3][120]	= settr(458,0,186,1,0,".(goto)", 0, 2, 0);
	trans[3][117]	= settr(455,0,409,48,48,"(is_mortal)", 0, 2, 0);
	trans[3][118]	= settr(456,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][186] = settr(524,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(524,0,121,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(524,0,122,0,0,"IF", 0, 2, 0);
	trans[3][121]	= settr(459,0,406,49,49,"((other==255))", 0, 2, 0); /* m: 189 -> 406,0 */
	reached3[189] = 1;
	trans[3][187]	= settr(525,0,189,1,0,".(goto)", 0, 2, 0); /* m: 189 -> 0,406 */
	reached3[189] = 1;
	trans[3][122]	= settr(460,0,123,2,0,"else", 0, 2, 0);
	trans[3][123]	= settr(461,0,134,50,50,"may_remove = 0", 0, 2, 0);
	T = trans[3][134] = settr(472,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(472,0,131,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(472,0,132,0,0,"IF", 0, 2, 0);
	T = trans[ 3][131] = settr(469,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(469,2,129,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][129] = settr(467,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(467,2,124,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(467,2,128,0,0,"IF", 1, 2, 0);
	trans[3][124]	= settr(462,0,144,51,51,"((file[other].lock==255))", 1, 2, 0); /* m: 125 -> 144,0 */
	reached3[125] = 1;
	trans[3][125]	= settr(0,0,0,0,0,"file[other].lock = _pid",0,0,0);
	trans[3][126]	= settr(0,0,0,0,0,"file[other].sharers = 1",0,0,0);
	trans[3][127]	= settr(0,0,0,0,0,"may_remove = 1",0,0,0);
	trans[3][130]	= settr(468,0,144,52,52,".(goto)", 1, 2, 0);
	trans[3][128]	= settr(466,2,130,2,0,"else", 1, 2, 0);
	trans[3][135]	= settr(473,0,144,1,0,".(goto)", 0, 2, 0);
	trans[3][132]	= settr(470,0,409,53,53,"(is_mortal)", 0, 2, 0);
	trans[3][133]	= settr(471,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][144] = settr(482,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(482,0,136,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(482,0,143,0,0,"IF", 0, 2, 0);
	trans[3][136]	= settr(474,0,141,54,54,"(may_remove)", 0, 2, 0);
	T = trans[3][141] = settr(479,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(479,0,138,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(479,0,139,0,0,"IF", 0, 2, 0);
	T = trans[ 3][138] = settr(476,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(476,2,137,0,0,"ATOMIC", 1, 2, 0);
	trans[3][137]	= settr(475,0,161,55,55,"may_remove = (bound==other)", 1, 2, 0);
	trans[3][142]	= settr(480,0,161,1,0,".(goto)", 0, 2, 0);
	trans[3][139]	= settr(477,0,409,56,56,"(is_mortal)", 0, 2, 0);
	trans[3][140]	= settr(478,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][145]	= settr(483,0,161,1,0,".(goto)", 0, 2, 0);
	trans[3][143]	= settr(481,0,161,2,0,"else", 0, 2, 0);
	T = trans[3][161] = settr(499,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(499,0,146,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(499,0,160,0,0,"IF", 0, 2, 0);
	trans[3][146]	= settr(484,0,158,57,57,"(may_remove)", 0, 2, 0);
	T = trans[3][158] = settr(496,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(496,0,155,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(496,0,156,0,0,"IF", 0, 2, 0);
	T = trans[ 3][155] = settr(493,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(493,2,154,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][154] = settr(492,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(492,0,152,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][152] = settr(490,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(490,2,147,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(490,2,151,0,0,"IF", 1, 2, 0);
	trans[3][147]	= settr(485,0,184,58,58,"((bound!=255))", 1, 2, 0); /* m: 148 -> 184,0 */
	reached3[148] = 1;
	trans[3][148]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[3][149]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[3][150]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[3][153]	= settr(491,0,184,59,59,".(goto)", 1, 2, 0);
	trans[3][151]	= settr(489,2,153,2,0,"else", 1, 2, 0);
	trans[3][159]	= settr(497,0,184,1,0,".(goto)", 0, 2, 0);
	trans[3][156]	= settr(494,0,409,60,60,"(is_mortal)", 0, 2, 0);
	trans[3][157]	= settr(495,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][162]	= settr(500,0,184,1,0,".(goto)", 0, 2, 0);
	trans[3][160]	= settr(498,0,184,2,0,"else", 0, 2, 0);
	T = trans[3][184] = settr(522,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(522,0,181,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(522,0,182,0,0,"IF", 0, 2, 0);
	T = trans[ 3][181] = settr(519,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(519,2,180,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][180] = settr(518,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(518,0,178,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][178] = settr(516,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(516,2,163,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(516,2,177,0,0,"IF", 1, 2, 0);
	trans[3][163]	= settr(501,2,174,61,0,"((other!=255))", 1, 2, 0);
	T = trans[ 3][174] = settr(512,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(512,0,172,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][172] = settr(510,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(510,2,164,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(510,2,171,0,0,"IF", 1, 2, 0);
	trans[3][164]	= settr(502,2,169,62,62,"((file[other].lock==_pid))", 1, 2, 0); /* m: 165 -> 169,0 */
	reached3[165] = 1;
	trans[3][165]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[3][169] = settr(507,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(507,2,166,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(507,2,168,0,0,"IF", 1, 2, 0);
	trans[3][166]	= settr(504,0,406,63,63,"((file[other].sharers==0))", 1, 2, 0); /* m: 167 -> 406,0 */
	reached3[167] = 1;
	trans[3][167]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[3][170]	= settr(508,2,175,1,0,".(goto)", 1, 2, 0); /* m: 175 -> 0,406 */
	reached3[175] = 1;
	trans[3][168]	= settr(506,2,175,2,0,"else", 1, 2, 0);
	trans[3][173]	= settr(511,2,175,1,0,".(goto)", 1, 2, 0); /* m: 175 -> 0,406 */
	reached3[175] = 1;
	trans[3][171]	= settr(509,2,175,2,0,"else", 1, 2, 0);
	trans[3][175]	= settr(513,0,406,64,64,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 176 -> 0,406 */
	reached3[176] = 1;
	trans[3][176]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[3][179]	= settr(517,0,406,65,65,".(goto)", 1, 2, 0); /* m: 189 -> 0,406 */
	reached3[189] = 1;
	trans[3][177]	= settr(515,2,179,2,0,"else", 1, 2, 0);
	trans[3][185]	= settr(523,0,189,1,0,".(goto)", 0, 2, 0); /* m: 189 -> 0,406 */
	reached3[189] = 1;
	trans[3][182]	= settr(520,0,409,66,66,"(is_mortal)", 0, 2, 0);
	trans[3][183]	= settr(521,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][189]	= settr(527,0,406,67,67,"is_due = 1", 0, 2, 0);
	trans[3][190]	= settr(528,0,197,68,68,"(((seen!=255)&&is_locked))", 0, 2, 0);
	T = trans[ 3][197] = settr(535,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(535,2,195,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][195] = settr(533,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(533,2,191,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(533,2,193,0,0,"IF", 1, 2, 0);
	trans[3][191]	= settr(529,0,406,69,69,"(ended[file[seen].life])", 1, 2, 0); /* m: 192 -> 406,0 */
	reached3[192] = 1;
	trans[3][192]	= settr(0,0,0,0,0,"is_due = 1",0,0,0);
	trans[3][196]	= settr(534,0,406,70,70,".(goto)", 1, 2, 0);
	trans[3][193]	= settr(531,2,194,2,0,"else", 1, 2, 0);
	trans[3][194]	= settr(532,0,406,71,71,"pidfd = file[seen].life", 1, 2, 0); /* m: 196 -> 0,406 */
	reached3[196] = 1;
	T = trans[ 3][203] = settr(541,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(541,2,201,0,0,"ATOMIC", 1, 2, 0);
	trans[3][201]	= settr(539,4,301,72,72,"(((pidfd!=255)&&ended[pidfd]))", 1, 2, 0); /* m: 202 -> 301,0 */
	reached3[202] = 1;
	trans[3][202]	= settr(0,0,0,0,0,"pidfd = 255",0,0,0);
	T = trans[ 3][301] = settr(639,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(639,0,208,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 3][208] = settr(546,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(546,2,204,0,0,"ATOMIC", 1, 2, 0);
	trans[3][204]	= settr(542,4,299,73,73,"seen = bound", 1, 2, 0); /* m: 205 -> 0,299 */
	reached3[205] = 1;
	trans[3][205]	= settr(0,0,0,0,0,"is_locked = ((seen!=255)&&(file[seen].lock!=255))",0,0,0);
	trans[3][206]	= settr(0,0,0,0,0,"pidfd = 255",0,0,0);
	trans[3][207]	= settr(0,0,0,0,0,"is_due = 0",0,0,0);
	T = trans[3][299] = settr(637,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(637,0,209,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(637,0,210,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(637,0,291,0,0,"IF", 0, 2, 0);
	trans[3][209]	= settr(547,0,406,74,74,"((seen==255))", 0, 2, 0);
	trans[3][300]	= settr(638,0,406,1,0,".(goto)", 0, 2, 0);
	trans[3][210]	= settr(548,0,289,75,75,"(((seen!=255)&&!(is_locked)))", 0, 2, 0);
	T = trans[ 3][289] = settr(627,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(627,0,220,0,0,"sub-sequence", 0, 2, 0);
	T = trans[3][220] = settr(558,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(558,0,217,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(558,0,218,0,0,"IF", 0, 2, 0);
	T = trans[ 3][217] = settr(555,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(555,2,211,0,0,"ATOMIC", 1, 2, 0);
	trans[3][211]	= settr(549,2,215,76,76,"other = bound", 1, 2, 0);
	T = trans[3][215] = settr(553,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(553,2,212,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(553,2,214,0,0,"IF", 1, 2, 0);
	trans[3][212]	= settr(550,0,287,77,77,"((other!=255))", 1, 2, 0); /* m: 213 -> 287,0 */
	reached3[213] = 1;
	trans[3][213]	= settr(0,0,0,0,0,"file[other].holders = (file[other].holders+1)",0,0,0);
	trans[3][216]	= settr(554,0,287,78,78,".(goto)", 1, 2, 0);
	trans[3][214]	= settr(552,2,216,2,0,"else", 1, 2, 0);
	trans[3][221]	= settr(559,0,287,1,0,".(goto)", 0, 2, 0);
	trans[3][218]	= settr(556,0,409,79,79,"(is_mortal)", 0, 2, 0);
	trans[3][219]	= settr(557,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][287] = settr(625,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(625,0,222,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(625,0,223,0,0,"IF", 0, 2, 0);
	trans[3][222]	= settr(560,0,406,80,80,"((other==255))", 0, 2, 0); /* m: 290 -> 406,0 */
	reached3[290] = 1;
	trans[3][288]	= settr(626,0,290,1,0,".(goto)", 0, 2, 0); /* m: 290 -> 0,406 */
	reached3[290] = 1;
	trans[3][223]	= settr(561,0,224,2,0,"else", 0, 2, 0);
	trans[3][224]	= settr(562,0,235,81,81,"may_remove = 0", 0, 2, 0);
	T = trans[3][235] = settr(573,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(573,0,232,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(573,0,233,0,0,"IF", 0, 2, 0);
	T = trans[ 3][232] = settr(570,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(570,2,230,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][230] = settr(568,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(568,2,225,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(568,2,229,0,0,"IF", 1, 2, 0);
	trans[3][225]	= settr(563,0,245,82,82,"((file[other].lock==255))", 1, 2, 0); /* m: 226 -> 245,0 */
	reached3[226] = 1;
	trans[3][226]	= settr(0,0,0,0,0,"file[other].lock = _pid",0,0,0);
	trans[3][227]	= settr(0,0,0,0,0,"file[other].sharers = 1",0,0,0);
	trans[3][228]	= settr(0,0,0,0,0,"may_remove = 1",0,0,0);
	trans[3][231]	= settr(569,0,245,83,83,".(goto)", 1, 2, 0);
	trans[3][229]	= settr(567,2,231,2,0,"else", 1, 2, 0);
	trans[3][236]	= settr(574,0,245,1,0,".(goto)", 0, 2, 0);
	trans[3][233]	= settr(571,0,409,84,84,"(is_mortal)", 0, 2, 0);
	trans[3][234]	= settr(572,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][245] = settr(583,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(583,0,237,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(583,0,244,0,0,"IF", 0, 2, 0);
	trans[3][237]	= settr(575,0,242,85,85,"(may_remove)", 0, 2, 0);
	T = trans[3][242] = settr(580,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(580,0,239,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(580,0,240,0,0,"IF", 0, 2, 0);
	T = trans[ 3][239] = settr(577,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(577,2,238,0,0,"ATOMIC", 1, 2, 0);
	trans[3][238]	= settr(576,0,262,86,86,"may_remove = (bound==other)", 1, 2, 0);
	trans[3][243]	= settr(581,0,262,1,0,".(goto)", 0, 2, 0);
	trans[3][240]	= settr(578,0,409,87,87,"(is_mortal)", 0, 2, 0);
	trans[3][241]	= settr(579,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][246]	= settr(584,0,262,1,0,".(goto)", 0, 2, 0);
	trans[3][244]	= settr(582,0,262,2,0,"else", 0, 2, 0);
	T = trans[3][262] = settr(600,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(600,0,247,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(600,0,261,0,0,"IF", 0, 2, 0);
	trans[3][247]	= settr(585,0,259,88,88,"(may_remove)", 0, 2, 0);
	T = trans[3][259] = settr(597,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(597,0,256,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(597,0,257,0,0,"IF", 0, 2, 0);
	T = trans[ 3][256] = settr(594,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(594,2,255,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][255] = settr(593,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(593,0,253,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][253] = settr(591,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(591,2,248,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(591,2,252,0,0,"IF", 1, 2, 0);
	trans[3][248]	= settr(586,0,285,89,89,"((bound!=255))", 1, 2, 0); /* m: 249 -> 285,0 */
	reached3[249] = 1;
	trans[3][249]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[3][250]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[3][251]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[3][254]	= settr(592,0,285,90,90,".(goto)", 1, 2, 0);
	trans[3][252]	= settr(590,2,254,2,0,"else", 1, 2, 0);
	trans[3][260]	= settr(598,0,285,1,0,".(goto)", 0, 2, 0);
	trans[3][257]	= settr(595,0,409,91,91,"(is_mortal)", 0, 2, 0);
	trans[3][258]	= settr(596,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][263]	= settr(601,0,285,1,0,".(goto)", 0, 2, 0);
	trans[3][261]	= settr(599,0,285,2,0,"else", 0, 2, 0);
	T = trans[3][285] = settr(623,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(623,0,282,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(623,0,283,0,0,"IF", 0, 2, 0);
	T = trans[ 3][282] = settr(620,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(620,2,281,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][281] = settr(619,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(619,0,279,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][279] = settr(617,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(617,2,264,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(617,2,278,0,0,"IF", 1, 2, 0);
	trans[3][264]	= settr(602,2,275,92,0,"((other!=255))", 1, 2, 0);
	T = trans[ 3][275] = settr(613,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(613,0,273,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][273] = settr(611,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(611,2,265,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(611,2,272,0,0,"IF", 1, 2, 0);
	trans[3][265]	= settr(603,2,270,93,93,"((file[other].lock==_pid))", 1, 2, 0); /* m: 266 -> 270,0 */
	reached3[266] = 1;
	trans[3][266]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[3][270] = settr(608,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(608,2,267,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(608,2,269,0,0,"IF", 1, 2, 0);
	trans[3][267]	= settr(605,0,406,94,94,"((file[other].sharers==0))", 1, 2, 0); /* m: 268 -> 406,0 */
	reached3[268] = 1;
	trans[3][268]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[3][271]	= settr(609,2,276,1,0,".(goto)", 1, 2, 0); /* m: 276 -> 0,406 */
	reached3[276] = 1;
	trans[3][269]	= settr(607,2,276,2,0,"else", 1, 2, 0);
	trans[3][274]	= settr(612,2,276,1,0,".(goto)", 1, 2, 0); /* m: 276 -> 0,406 */
	reached3[276] = 1;
	trans[3][272]	= settr(610,2,276,2,0,"else", 1, 2, 0);
	trans[3][276]	= settr(614,0,406,95,95,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 277 -> 0,406 */
	reached3[277] = 1;
	trans[3][277]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[3][280]	= settr(618,0,406,96,96,".(goto)", 1, 2, 0); /* m: 290 -> 0,406 */
	reached3[290] = 1;
	trans[3][278]	= settr(616,2,280,2,0,"else", 1, 2, 0);
	trans[3][286]	= settr(624,0,290,1,0,".(goto)", 0, 2, 0); /* m: 290 -> 0,406 */
	reached3[290] = 1;
	trans[3][283]	= settr(621,0,409,97,97,"(is_mortal)", 0, 2, 0);
	trans[3][284]	= settr(622,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][290]	= settr(628,0,406,98,98,"is_due = 1", 0, 2, 0);
	trans[3][291]	= settr(629,0,298,99,99,"(((seen!=255)&&is_locked))", 0, 2, 0);
	T = trans[ 3][298] = settr(636,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(636,2,296,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][296] = settr(634,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(634,2,292,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(634,2,294,0,0,"IF", 1, 2, 0);
	trans[3][292]	= settr(630,0,406,100,100,"(ended[file[seen].life])", 1, 2, 0); /* m: 293 -> 406,0 */
	reached3[293] = 1;
	trans[3][293]	= settr(0,0,0,0,0,"is_due = 1",0,0,0);
	trans[3][297]	= settr(635,0,406,101,101,".(goto)", 1, 2, 0);
	trans[3][294]	= settr(632,2,295,2,0,"else", 1, 2, 0);
	trans[3][295]	= settr(633,0,406,102,102,"pidfd = file[seen].life", 1, 2, 0); /* m: 297 -> 0,406 */
	reached3[297] = 1;
	T = trans[ 3][304] = settr(642,2,0,0,0,"ATOMIC", 0, 2, 0);
	T->nxt	= settr(642,2,302,0,0,"ATOMIC", 0, 2, 0);
	trans[3][302]	= settr(640,4,402,103,103,"(is_due)", 0, 2, 0); /* m: 303 -> 402,0 */
	reached3[303] = 1;
	trans[3][303]	= settr(0,0,0,0,0,"is_due = 0",0,0,0);
	T = trans[ 3][402] = settr(740,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(740,0,309,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 3][309] = settr(647,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(647,2,305,0,0,"ATOMIC", 1, 2, 0);
	trans[3][305]	= settr(643,4,400,104,104,"seen = bound", 1, 2, 0); /* m: 306 -> 0,400 */
	reached3[306] = 1;
	trans[3][306]	= settr(0,0,0,0,0,"is_locked = ((seen!=255)&&(file[seen].lock!=255))",0,0,0);
	trans[3][307]	= settr(0,0,0,0,0,"pidfd = 255",0,0,0);
	trans[3][308]	= settr(0,0,0,0,0,"is_due = 0",0,0,0);
	T = trans[3][400] = settr(738,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(738,0,310,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(738,0,311,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(738,0,392,0,0,"IF", 0, 2, 0);
	trans[3][310]	= settr(648,0,406,105,105,"((seen==255))", 0, 2, 0);
	trans[3][401]	= settr(739,0,406,1,0,".(goto)", 0, 2, 0);
	trans[3][311]	= settr(649,0,390,106,106,"(((seen!=255)&&!(is_locked)))", 0, 2, 0);
	T = trans[ 3][390] = settr(728,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(728,0,321,0,0,"sub-sequence", 0, 2, 0);
	T = trans[3][321] = settr(659,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(659,0,318,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(659,0,319,0,0,"IF", 0, 2, 0);
	T = trans[ 3][318] = settr(656,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(656,2,312,0,0,"ATOMIC", 1, 2, 0);
	trans[3][312]	= settr(650,2,316,107,107,"other = bound", 1, 2, 0);
	T = trans[3][316] = settr(654,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(654,2,313,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(654,2,315,0,0,"IF", 1, 2, 0);
	trans[3][313]	= settr(651,0,388,108,108,"((other!=255))", 1, 2, 0); /* m: 314 -> 388,0 */
	reached3[314] = 1;
	trans[3][314]	= settr(0,0,0,0,0,"file[other].holders = (file[other].holders+1)",0,0,0);
	trans[3][317]	= settr(655,0,388,109,109,".(goto)", 1, 2, 0);
	trans[3][315]	= settr(653,2,317,2,0,"else", 1, 2, 0);
	trans[3][322]	= settr(660,0,388,1,0,".(goto)", 0, 2, 0);
	trans[3][319]	= settr(657,0,409,110,110,"(is_mortal)", 0, 2, 0);
	trans[3][320]	= settr(658,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][388] = settr(726,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(726,0,323,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(726,0,324,0,0,"IF", 0, 2, 0);
	trans[3][323]	= settr(661,0,406,111,111,"((other==255))", 0, 2, 0); /* m: 391 -> 406,0 */
	reached3[391] = 1;
	trans[3][389]	= settr(727,0,391,1,0,".(goto)", 0, 2, 0); /* m: 391 -> 0,406 */
	reached3[391] = 1;
	trans[3][324]	= settr(662,0,325,2,0,"else", 0, 2, 0);
	trans[3][325]	= settr(663,0,336,112,112,"may_remove = 0", 0, 2, 0);
	T = trans[3][336] = settr(674,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(674,0,333,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(674,0,334,0,0,"IF", 0, 2, 0);
	T = trans[ 3][333] = settr(671,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(671,2,331,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][331] = settr(669,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(669,2,326,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(669,2,330,0,0,"IF", 1, 2, 0);
	trans[3][326]	= settr(664,0,346,113,113,"((file[other].lock==255))", 1, 2, 0); /* m: 327 -> 346,0 */
	reached3[327] = 1;
	trans[3][327]	= settr(0,0,0,0,0,"file[other].lock = _pid",0,0,0);
	trans[3][328]	= settr(0,0,0,0,0,"file[other].sharers = 1",0,0,0);
	trans[3][329]	= settr(0,0,0,0,0,"may_remove = 1",0,0,0);
	trans[3][332]	= settr(670,0,346,114,114,".(goto)", 1, 2, 0);
	trans[3][330]	= settr(668,2,332,2,0,"else", 1, 2, 0);
	trans[3][337]	= settr(675,0,346,1,0,".(goto)", 0, 2, 0);
	trans[3][334]	= settr(672,0,409,115,115,"(is_mortal)", 0, 2, 0);
	trans[3][335]	= settr(673,0,409,1,0,"goto killed", 0, 2, 0);
	T = trans[3][346] = settr(684,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(684,0,338,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(684,0,345,0,0,"IF", 0, 2, 0);
	trans[3][338]	= settr(676,0,343,116,116,"(may_remove)", 0, 2, 0);
	T = trans[3][343] = settr(681,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(681,0,340,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(681,0,341,0,0,"IF", 0, 2, 0);
	T = trans[ 3][340] = settr(678,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(678,2,339,0,0,"ATOMIC", 1, 2, 0);
	trans[3][339]	= settr(677,0,363,117,117,"may_remove = (bound==other)", 1, 2, 0);
	trans[3][344]	= settr(682,0,363,1,0,".(goto)", 0, 2, 0);
	trans[3][341]	= settr(679,0,409,118,118,"(is_mortal)", 0, 2, 0);
	trans[3][342]	= settr(680,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][347]	= settr(685,0,363,1,0,".(goto)", 0, 2, 0);
	trans[3][345]	= settr(683,0,363,2,0,"else", 0, 2, 0);
	T = trans[3][363] = settr(701,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(701,0,348,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(701,0,362,0,0,"IF", 0, 2, 0);
	trans[3][348]	= settr(686,0,360,119,119,"(may_remove)", 0, 2, 0);
	T = trans[3][360] = settr(698,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(698,0,357,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(698,0,358,0,0,"IF", 0, 2, 0);
	T = trans[ 3][357] = settr(695,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(695,2,356,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][356] = settr(694,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(694,0,354,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][354] = settr(692,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(692,2,349,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(692,2,353,0,0,"IF", 1, 2, 0);
	trans[3][349]	= settr(687,0,386,120,120,"((bound!=255))", 1, 2, 0); /* m: 350 -> 386,0 */
	reached3[350] = 1;
	trans[3][350]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[3][351]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[3][352]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[3][355]	= settr(693,0,386,121,121,".(goto)", 1, 2, 0);
	trans[3][353]	= settr(691,2,355,2,0,"else", 1, 2, 0);
	trans[3][361]	= settr(699,0,386,1,0,".(goto)", 0, 2, 0);
	trans[3][358]	= settr(696,0,409,122,122,"(is_mortal)", 0, 2, 0);
	trans[3][359]	= settr(697,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][364]	= settr(702,0,386,1,0,".(goto)", 0, 2, 0);
	trans[3][362]	= settr(700,0,386,2,0,"else", 0, 2, 0);
	T = trans[3][386] = settr(724,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(724,0,383,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(724,0,384,0,0,"IF", 0, 2, 0);
	T = trans[ 3][383] = settr(721,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(721,2,382,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 3][382] = settr(720,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(720,0,380,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][380] = settr(718,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(718,2,365,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(718,2,379,0,0,"IF", 1, 2, 0);
	trans[3][365]	= settr(703,2,376,123,0,"((other!=255))", 1, 2, 0);
	T = trans[ 3][376] = settr(714,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(714,0,374,0,0,"sub-sequence", 1, 2, 0);
	T = trans[3][374] = settr(712,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(712,2,366,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(712,2,373,0,0,"IF", 1, 2, 0);
	trans[3][366]	= settr(704,2,371,124,124,"((file[other].lock==_pid))", 1, 2, 0); /* m: 367 -> 371,0 */
	reached3[367] = 1;
	trans[3][367]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[3][371] = settr(709,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(709,2,368,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(709,2,370,0,0,"IF", 1, 2, 0);
	trans[3][368]	= settr(706,0,406,125,125,"((file[other].sharers==0))", 1, 2, 0); /* m: 369 -> 406,0 */
	reached3[369] = 1;
	trans[3][369]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[3][372]	= settr(710,2,377,1,0,".(goto)", 1, 2, 0); /* m: 377 -> 0,406 */
	reached3[377] = 1;
	trans[3][370]	= settr(708,2,377,2,0,"else", 1, 2, 0);
	trans[3][375]	= settr(713,2,377,1,0,".(goto)", 1, 2, 0); /* m: 377 -> 0,406 */
	reached3[377] = 1;
	trans[3][373]	= settr(711,2,377,2,0,"else", 1, 2, 0);
	trans[3][377]	= settr(715,0,406,126,126,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 378 -> 0,406 */
	reached3[378] = 1;
	trans[3][378]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[3][381]	= settr(719,0,406,127,127,".(goto)", 1, 2, 0); /* m: 391 -> 0,406 */
	reached3[391] = 1;
	trans[3][379]	= settr(717,2,381,2,0,"else", 1, 2, 0);
	trans[3][387]	= settr(725,0,391,1,0,".(goto)", 0, 2, 0); /* m: 391 -> 0,406 */
	reached3[391] = 1;
	trans[3][384]	= settr(722,0,409,128,128,"(is_mortal)", 0, 2, 0);
	trans[3][385]	= settr(723,0,409,1,0,"goto killed", 0, 2, 0);
	trans[3][391]	= settr(729,0,406,129,129,"is_due = 1", 0, 2, 0);
	trans[3][392]	= settr(730,0,399,130,130,"(((seen!=255)&&is_locked))", 0, 2, 0);
	T = trans[ 3][399] = settr(737,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(737,2,397,0,0,"ATOMIC", 1, 2, 0);
	T = trans[3][397] = settr(735,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(735,2,393,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(735,2,395,0,0,"IF", 1, 2, 0);
	trans[3][393]	= settr(731,0,406,131,131,"(ended[file[seen].life])", 1, 2, 0); /* m: 394 -> 406,0 */
	reached3[394] = 1;
	trans[3][394]	= settr(0,0,0,0,0,"is_due = 1",0,0,0);
	trans[3][398]	= settr(736,0,406,132,132,".(goto)", 1, 2, 0);
	trans[3][395]	= settr(733,2,396,2,0,"else", 1, 2, 0);
	trans[3][396]	= settr(734,0,406,133,133,"pidfd = file[seen].life", 1, 2, 0); /* m: 398 -> 0,406 */
	reached3[398] = 1;
	T = trans[ 3][405] = settr(743,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(743,2,403,0,0,"ATOMIC", 1, 2, 0);
	trans[3][403]	= settr(741,4,409,134,134,"(((((running==0)&&!(is_told))&&!(is_due))&&((pidfd==255)||!(ended[pidfd]))))", 1, 2, 0); /* m: 404 -> 409,0 */
	reached3[404] = 1;
	trans[3][404]	= settr(742,0,409,1,0,"goto :b2", 1, 2, 0);
	trans[3][408]	= settr(746,0,409,1,0,"break", 0, 2, 0);
	trans[3][409]	= settr(747,0,410,135,0,"assert((bound==255))", 1, 2, 0);
	trans[3][410]	= settr(748,0,0,136,136,"-end-", 0, 3500, 0);

	/* proctype 2: cleaner */

	trans[2] = (Trans **) emalloc(101*sizeof(Trans *));

	T = trans[ 2][79] = settr(317,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(317,0,10,0,0,"sub-sequence", 0, 2, 0);
	T = trans[2][10] = settr(248,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(248,0,7,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(248,0,8,0,0,"IF", 0, 2, 0);
	T = trans[ 2][7] = settr(245,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(245,2,1,0,0,"ATOMIC", 1, 2, 0);
	trans[2][1]	= settr(239,2,5,137,137,"other = bound", 1, 2, 0);
	T = trans[2][5] = settr(243,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(243,2,2,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(243,2,4,0,0,"IF", 1, 2, 0);
	trans[2][2]	= settr(240,0,77,138,138,"((other!=255))", 1, 2, 0); /* m: 3 -> 77,0 */
	reached2[3] = 1;
	trans[2][3]	= settr(0,0,0,0,0,"file[other].holders = (file[other].holders+1)",0,0,0);
	trans[2][6]	= settr(244,0,77,139,139,".(goto)", 1, 2, 0);
	trans[2][4]	= settr(242,2,6,2,0,"else", 1, 2, 0);
	trans[2][11]	= settr(249,0,77,1,0,".(goto)", 0, 2, 0);
	trans[2][8]	= settr(246,0,99,140,140,"(is_mortal)", 0, 2, 0);
	trans[2][9]	= settr(247,0,99,1,0,"goto killed", 0, 2, 0);
	T = trans[2][77] = settr(315,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(315,0,12,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(315,0,13,0,0,"IF", 0, 2, 0);
	trans[2][12]	= settr(250,0,99,141,0,"((other==255))", 0, 2, 0);
	trans[2][78]	= settr(316,0,99,1,0,".(goto)", 0, 2, 0);
	trans[2][13]	= settr(251,0,14,2,0,"else", 0, 2, 0);
	trans[2][14]	= settr(252,0,25,142,142,"may_remove = 0", 0, 2, 0);
	T = trans[2][25] = settr(263,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(263,0,22,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(263,0,23,0,0,"IF", 0, 2, 0);
	T = trans[ 2][22] = settr(260,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(260,2,20,0,0,"ATOMIC", 1, 2, 0);
	T = trans[2][20] = settr(258,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(258,2,15,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(258,2,19,0,0,"IF", 1, 2, 0);
	trans[2][15]	= settr(253,0,35,143,143,"((file[other].lock==255))", 1, 2, 0); /* m: 16 -> 35,0 */
	reached2[16] = 1;
	trans[2][16]	= settr(0,0,0,0,0,"file[other].lock = _pid",0,0,0);
	trans[2][17]	= settr(0,0,0,0,0,"file[other].sharers = 1",0,0,0);
	trans[2][18]	= settr(0,0,0,0,0,"may_remove = 1",0,0,0);
	trans[2][21]	= settr(259,0,35,144,144,".(goto)", 1, 2, 0);
	trans[2][19]	= settr(257,2,21,2,0,"else", 1, 2, 0);
	trans[2][26]	= settr(264,0,35,1,0,".(goto)", 0, 2, 0);
	trans[2][23]	= settr(261,0,99,145,145,"(is_mortal)", 0, 2, 0);
	trans[2][24]	= settr(262,0,99,1,0,"goto killed", 0, 2, 0);
	T = trans[2][35] = settr(273,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(273,0,27,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(273,0,34,0,0,"IF", 0, 2, 0);
	trans[2][27]	= settr(265,0,32,146,146,"(may_remove)", 0, 2, 0);
	T = trans[2][32] = settr(270,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(270,0,29,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(270,0,30,0,0,"IF", 0, 2, 0);
	T = trans[ 2][29] = settr(267,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(267,2,28,0,0,"ATOMIC", 1, 2, 0);
	trans[2][28]	= settr(266,0,52,147,147,"may_remove = (bound==other)", 1, 2, 0);
	trans[2][33]	= settr(271,0,52,1,0,".(goto)", 0, 2, 0);
	trans[2][30]	= settr(268,0,99,148,148,"(is_mortal)", 0, 2, 0);
	trans[2][31]	= settr(269,0,99,1,0,"goto killed", 0, 2, 0);
	trans[2][36]	= settr(274,0,52,1,0,".(goto)", 0, 2, 0);
	trans[2][34]	= settr(272,0,52,2,0,"else", 0, 2, 0);
	T = trans[2][52] = settr(290,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(290,0,37,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(290,0,51,0,0,"IF", 0, 2, 0);
	trans[2][37]	= settr(275,0,49,149,149,"(may_remove)", 0, 2, 0);
	T = trans[2][49] = settr(287,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(287,0,46,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(287,0,47,0,0,"IF", 0, 2, 0);
	T = trans[ 2][46] = settr(284,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(284,2,45,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 2][45] = settr(283,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(283,0,43,0,0,"sub-sequence", 1, 2, 0);
	T = trans[2][43] = settr(281,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(281,2,38,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(281,2,42,0,0,"IF", 1, 2, 0);
	trans[2][38]	= settr(276,0,75,150,150,"((bound!=255))", 1, 2, 0); /* m: 39 -> 75,0 */
	reached2[39] = 1;
	trans[2][39]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[2][40]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[2][41]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[2][44]	= settr(282,0,75,151,151,".(goto)", 1, 2, 0);
	trans[2][42]	= settr(280,2,44,2,0,"else", 1, 2, 0);
	trans[2][50]	= settr(288,0,75,1,0,".(goto)", 0, 2, 0);
	trans[2][47]	= settr(285,0,99,152,152,"(is_mortal)", 0, 2, 0);
	trans[2][48]	= settr(286,0,99,1,0,"goto killed", 0, 2, 0);
	trans[2][53]	= settr(291,0,75,1,0,".(goto)", 0, 2, 0);
	trans[2][51]	= settr(289,0,75,2,0,"else", 0, 2, 0);
	T = trans[2][75] = settr(313,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(313,0,72,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(313,0,73,0,0,"IF", 0, 2, 0);
	T = trans[ 2][72] = settr(310,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(310,2,71,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 2][71] = settr(309,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(309,0,69,0,0,"sub-sequence", 1, 2, 0);
	T = trans[2][69] = settr(307,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(307,2,54,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(307,2,68,0,0,"IF", 1, 2, 0);
	trans[2][54]	= settr(292,2,65,153,0,"((other!=255))", 1, 2, 0);
	T = trans[ 2][65] = settr(303,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(303,0,63,0,0,"sub-sequence", 1, 2, 0);
	T = trans[2][63] = settr(301,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(301,2,55,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(301,2,62,0,0,"IF", 1, 2, 0);
	trans[2][55]	= settr(293,2,60,154,154,"((file[other].lock==_pid))", 1, 2, 0); /* m: 56 -> 60,0 */
	reached2[56] = 1;
	trans[2][56]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[2][60] = settr(298,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(298,2,57,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(298,2,59,0,0,"IF", 1, 2, 0);
	trans[2][57]	= settr(295,0,99,155,155,"((file[other].sharers==0))", 1, 2, 0); /* m: 58 -> 99,0 */
	reached2[58] = 1;
	trans[2][58]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[2][61]	= settr(299,2,66,1,0,".(goto)", 1, 2, 0); /* m: 66 -> 0,99 */
	reached2[66] = 1;
	trans[2][59]	= settr(297,2,66,2,0,"else", 1, 2, 0);
	trans[2][64]	= settr(302,2,66,1,0,".(goto)", 1, 2, 0); /* m: 66 -> 0,99 */
	reached2[66] = 1;
	trans[2][62]	= settr(300,2,66,2,0,"else", 1, 2, 0);
	trans[2][66]	= settr(304,0,99,156,156,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 67 -> 0,99 */
	reached2[67] = 1;
	trans[2][67]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[2][70]	= settr(308,0,99,157,157,".(goto)", 1, 2, 0);
	trans[2][68]	= settr(306,2,70,2,0,"else", 1, 2, 0);
	trans[2][76]	= settr(314,0,99,1,0,".(goto)", 0, 2, 0);
	trans[2][73]	= settr(311,0,99,158,158,"(is_mortal)", 0, 2, 0);
	trans[2][74]	= settr(312,0,99,1,0,"goto killed", 0, 2, 0);
	T = trans[ 2][99] = settr(337,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(337,2,97,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 2][97] = settr(335,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(335,0,95,0,0,"sub-sequence", 1, 2, 0);
	T = trans[2][95] = settr(333,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(333,2,80,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(333,2,94,0,0,"IF", 1, 2, 0);
	trans[2][80]	= settr(318,2,91,159,0,"((other!=255))", 1, 2, 0);
	T = trans[ 2][91] = settr(329,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(329,0,89,0,0,"sub-sequence", 1, 2, 0);
	T = trans[2][89] = settr(327,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(327,2,81,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(327,2,88,0,0,"IF", 1, 2, 0);
	trans[2][81]	= settr(319,2,86,160,160,"((file[other].lock==_pid))", 1, 2, 0); /* m: 82 -> 86,0 */
	reached2[82] = 1;
	trans[2][82]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[2][86] = settr(324,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(324,2,83,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(324,2,85,0,0,"IF", 1, 2, 0);
	trans[2][83]	= settr(321,4,100,161,161,"((file[other].sharers==0))", 1, 2, 0); /* m: 84 -> 100,0 */
	reached2[84] = 1;
	trans[2][84]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[2][87]	= settr(325,2,92,1,0,".(goto)", 1, 2, 0); /* m: 92 -> 0,100 */
	reached2[92] = 1;
	trans[2][85]	= settr(323,2,92,2,0,"else", 1, 2, 0);
	trans[2][90]	= settr(328,2,92,1,0,".(goto)", 1, 2, 0); /* m: 92 -> 0,100 */
	reached2[92] = 1;
	trans[2][88]	= settr(326,2,92,2,0,"else", 1, 2, 0);
	trans[2][92]	= settr(330,4,100,162,162,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 93 -> 0,100 */
	reached2[93] = 1;
	trans[2][93]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[2][96]	= settr(334,4,100,163,163,".(goto)", 1, 2, 0); /* m: 98 -> 0,100 */
	reached2[98] = 1;
	trans[2][94]	= settr(332,2,96,2,0,"else", 1, 2, 0);
	trans[2][98]	= settr(0,0,0,0,0,"running = (running-1)",0,0,0);
	trans[2][100]	= settr(338,0,0,164,164,"-end-", 0, 3500, 0);

	/* proctype 1: owner */

	trans[1] = (Trans **) emalloc(230*sizeof(Trans *));

	trans[1][226]	= settr(235,0,225,1,0,".(goto)", 0, 2, 0);
	T = trans[1][225] = settr(234,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(234,0,1,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(234,0,3,0,0,"DO", 0, 2, 0);
	trans[1][1]	= settr(10,0,228,165,165,"((times==0))", 0, 2, 0);
	trans[1][2]	= settr(11,0,228,1,0,"goto :b0", 0, 2, 0);
	trans[1][3]	= settr(12,0,21,2,0,"else", 0, 2, 0);
	T = trans[ 1][21] = settr(30,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(30,2,4,0,0,"ATOMIC", 1, 2, 0);
	trans[1][4]	= settr(13,2,20,166,166,"times = (times-1)", 1, 2, 0); /* m: 5 -> 0,20 */
	reached1[5] = 1;
	trans[1][5]	= settr(0,0,0,0,0,"life = lives",0,0,0);
	trans[1][6]	= settr(0,0,0,0,0,"lives = (lives+1)",0,0,0);
	T = trans[ 1][20] = settr(29,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(29,0,7,0,0,"sub-sequence", 1, 2, 0);
	trans[1][7]	= settr(16,2,13,167,167,"mine = 0", 1, 2, 0);
	trans[1][14]	= settr(23,2,13,1,0,".(goto)", 1, 2, 0);
	T = trans[1][13] = settr(22,2,0,0,0,"DO", 1, 2, 0);
	T = T->nxt	= settr(22,2,8,0,0,"DO", 1, 2, 0);
	    T->nxt	= settr(22,2,10,0,0,"DO", 1, 2, 0);
	trans[1][8]	= settr(17,4,34,168,168,"(((file[mine].holders==0)&&!(file[mine].named)))", 1, 2, 0); /* m: 16 -> 34,0 */
	reached1[16] = 1;
	trans[1][9]	= settr(18,2,16,1,0,"goto :b1", 1, 2, 0); /* m: 16 -> 0,34 */
	reached1[16] = 1;
	trans[1][10]	= settr(19,2,11,2,0,"else", 1, 2, 0);
	trans[1][11]	= settr(20,2,13,169,169,"mine = (mine+1)", 1, 2, 0); /* m: 12 -> 0,13 */
	reached1[12] = 1;
	trans[1][12]	= settr(0,0,0,0,0,"assert((mine<5))",0,0,0);
	trans[1][15]	= settr(24,2,16,1,0,"break", 1, 2, 0);
	trans[1][16]	= settr(25,4,34,170,170,"file[mine].holders = 1", 1, 2, 0); /* m: 17 -> 0,34 */
	reached1[17] = 1;
	trans[1][17]	= settr(0,0,0,0,0,"file[mine].life = life",0,0,0);
	trans[1][18]	= settr(0,0,0,0,0,"file[mine].lock = _pid",0,0,0);
	trans[1][19]	= settr(0,0,0,0,0,"file[mine].sharers = 1",0,0,0);
	T = trans[1][34] = settr(43,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(43,0,31,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(43,0,32,0,0,"IF", 0, 2, 0);
	T = trans[ 1][31] = settr(40,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(40,2,30,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][30] = settr(39,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(39,0,22,0,0,"sub-sequence", 1, 2, 0);
	trans[1][22]	= settr(31,2,28,171,171,"linked = (bound==255)", 1, 2, 0);
	T = trans[1][28] = settr(37,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(37,2,23,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(37,2,27,0,0,"IF", 1, 2, 0);
	trans[1][23]	= settr(32,0,131,172,172,"(linked)", 1, 2, 0); /* m: 24 -> 131,0 */
	reached1[24] = 1;
	trans[1][24]	= settr(0,0,0,0,0,"bound = mine",0,0,0);
	trans[1][25]	= settr(0,0,0,0,0,"file[mine].named = 1",0,0,0);
	trans[1][26]	= settr(0,0,0,0,0,"is_told = is_followed",0,0,0);
	trans[1][29]	= settr(38,0,131,173,173,".(goto)", 1, 2, 0);
	trans[1][27]	= settr(36,2,29,2,0,"else", 1, 2, 0);
	trans[1][35]	= settr(44,0,131,1,0,".(goto)", 0, 2, 0);
	trans[1][32]	= settr(41,0,224,174,0,"(is_mortal)", 0, 2, 0);
	trans[1][33]	= settr(42,0,224,1,0,"goto killed", 0, 2, 0);
	T = trans[1][131] = settr(140,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(140,0,36,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(140,0,37,0,0,"IF", 0, 2, 0);
	trans[1][36]	= settr(45,0,144,175,0,"(linked)", 0, 2, 0);
	trans[1][132]	= settr(141,0,144,1,0,".(goto)", 0, 2, 0);
	trans[1][37]	= settr(46,0,116,2,0,"else", 0, 2, 0);
	T = trans[ 1][116] = settr(125,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(125,0,47,0,0,"sub-sequence", 0, 2, 0);
	T = trans[1][47] = settr(56,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(56,0,44,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(56,0,45,0,0,"IF", 0, 2, 0);
	T = trans[ 1][44] = settr(53,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(53,2,38,0,0,"ATOMIC", 1, 2, 0);
	trans[1][38]	= settr(47,2,42,176,176,"other = bound", 1, 2, 0);
	T = trans[1][42] = settr(51,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(51,2,39,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(51,2,41,0,0,"IF", 1, 2, 0);
	trans[1][39]	= settr(48,0,114,177,177,"((other!=255))", 1, 2, 0); /* m: 40 -> 114,0 */
	reached1[40] = 1;
	trans[1][40]	= settr(0,0,0,0,0,"file[other].holders = (file[other].holders+1)",0,0,0);
	trans[1][43]	= settr(52,0,114,178,178,".(goto)", 1, 2, 0);
	trans[1][41]	= settr(50,2,43,2,0,"else", 1, 2, 0);
	trans[1][48]	= settr(57,0,114,1,0,".(goto)", 0, 2, 0);
	trans[1][45]	= settr(54,0,224,179,0,"(is_mortal)", 0, 2, 0);
	trans[1][46]	= settr(55,0,224,1,0,"goto killed", 0, 2, 0);
	T = trans[1][114] = settr(123,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(123,0,49,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(123,0,50,0,0,"IF", 0, 2, 0);
	trans[1][49]	= settr(58,0,129,180,0,"((other==255))", 0, 2, 0);
	trans[1][115]	= settr(124,0,129,1,0,".(goto)", 0, 2, 0);
	trans[1][50]	= settr(59,0,51,2,0,"else", 0, 2, 0);
	trans[1][51]	= settr(60,0,62,181,181,"may_remove = 0", 0, 2, 0);
	T = trans[1][62] = settr(71,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(71,0,59,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(71,0,60,0,0,"IF", 0, 2, 0);
	T = trans[ 1][59] = settr(68,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(68,2,57,0,0,"ATOMIC", 1, 2, 0);
	T = trans[1][57] = settr(66,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(66,2,52,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(66,2,56,0,0,"IF", 1, 2, 0);
	trans[1][52]	= settr(61,0,72,182,182,"((file[other].lock==255))", 1, 2, 0); /* m: 53 -> 72,0 */
	reached1[53] = 1;
	trans[1][53]	= settr(0,0,0,0,0,"file[other].lock = _pid",0,0,0);
	trans[1][54]	= settr(0,0,0,0,0,"file[other].sharers = 1",0,0,0);
	trans[1][55]	= settr(0,0,0,0,0,"may_remove = 1",0,0,0);
	trans[1][58]	= settr(67,0,72,183,183,".(goto)", 1, 2, 0);
	trans[1][56]	= settr(65,2,58,2,0,"else", 1, 2, 0);
	trans[1][63]	= settr(72,0,72,1,0,".(goto)", 0, 2, 0);
	trans[1][60]	= settr(69,0,224,184,0,"(is_mortal)", 0, 2, 0);
	trans[1][61]	= settr(70,0,224,1,0,"goto killed", 0, 2, 0);
	T = trans[1][72] = settr(81,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(81,0,64,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(81,0,71,0,0,"IF", 0, 2, 0);
	trans[1][64]	= settr(73,0,69,185,185,"(may_remove)", 0, 2, 0);
	T = trans[1][69] = settr(78,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(78,0,66,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(78,0,67,0,0,"IF", 0, 2, 0);
	T = trans[ 1][66] = settr(75,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(75,2,65,0,0,"ATOMIC", 1, 2, 0);
	trans[1][65]	= settr(74,0,89,186,186,"may_remove = (bound==other)", 1, 2, 0);
	trans[1][70]	= settr(79,0,89,1,0,".(goto)", 0, 2, 0);
	trans[1][67]	= settr(76,0,224,187,0,"(is_mortal)", 0, 2, 0);
	trans[1][68]	= settr(77,0,224,1,0,"goto killed", 0, 2, 0);
	trans[1][73]	= settr(82,0,89,1,0,".(goto)", 0, 2, 0);
	trans[1][71]	= settr(80,0,89,2,0,"else", 0, 2, 0);
	T = trans[1][89] = settr(98,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(98,0,74,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(98,0,88,0,0,"IF", 0, 2, 0);
	trans[1][74]	= settr(83,0,86,188,188,"(may_remove)", 0, 2, 0);
	T = trans[1][86] = settr(95,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(95,0,83,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(95,0,84,0,0,"IF", 0, 2, 0);
	T = trans[ 1][83] = settr(92,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(92,2,82,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][82] = settr(91,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(91,0,80,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][80] = settr(89,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(89,2,75,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(89,2,79,0,0,"IF", 1, 2, 0);
	trans[1][75]	= settr(84,0,112,189,189,"((bound!=255))", 1, 2, 0); /* m: 76 -> 112,0 */
	reached1[76] = 1;
	trans[1][76]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[1][77]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[1][78]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[1][81]	= settr(90,0,112,190,190,".(goto)", 1, 2, 0);
	trans[1][79]	= settr(88,2,81,2,0,"else", 1, 2, 0);
	trans[1][87]	= settr(96,0,112,1,0,".(goto)", 0, 2, 0);
	trans[1][84]	= settr(93,0,224,191,0,"(is_mortal)", 0, 2, 0);
	trans[1][85]	= settr(94,0,224,1,0,"goto killed", 0, 2, 0);
	trans[1][90]	= settr(99,0,112,1,0,".(goto)", 0, 2, 0);
	trans[1][88]	= settr(97,0,112,2,0,"else", 0, 2, 0);
	T = trans[1][112] = settr(121,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(121,0,109,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(121,0,110,0,0,"IF", 0, 2, 0);
	T = trans[ 1][109] = settr(118,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(118,2,108,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][108] = settr(117,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(117,0,106,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][106] = settr(115,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(115,2,91,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(115,2,105,0,0,"IF", 1, 2, 0);
	trans[1][91]	= settr(100,2,102,192,0,"((other!=255))", 1, 2, 0);
	T = trans[ 1][102] = settr(111,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(111,0,100,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][100] = settr(109,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(109,2,92,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(109,2,99,0,0,"IF", 1, 2, 0);
	trans[1][92]	= settr(101,2,97,193,193,"((file[other].lock==_pid))", 1, 2, 0); /* m: 93 -> 97,0 */
	reached1[93] = 1;
	trans[1][93]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[1][97] = settr(106,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(106,2,94,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(106,2,96,0,0,"IF", 1, 2, 0);
	trans[1][94]	= settr(103,0,129,194,194,"((file[other].sharers==0))", 1, 2, 0); /* m: 95 -> 129,0 */
	reached1[95] = 1;
	trans[1][95]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[1][98]	= settr(107,2,103,1,0,".(goto)", 1, 2, 0); /* m: 103 -> 0,129 */
	reached1[103] = 1;
	trans[1][96]	= settr(105,2,103,2,0,"else", 1, 2, 0);
	trans[1][101]	= settr(110,2,103,1,0,".(goto)", 1, 2, 0); /* m: 103 -> 0,129 */
	reached1[103] = 1;
	trans[1][99]	= settr(108,2,103,2,0,"else", 1, 2, 0);
	trans[1][103]	= settr(112,0,129,195,195,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 104 -> 0,129 */
	reached1[104] = 1;
	trans[1][104]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[1][107]	= settr(116,0,129,196,196,".(goto)", 1, 2, 0);
	trans[1][105]	= settr(114,2,107,2,0,"else", 1, 2, 0);
	trans[1][113]	= settr(122,0,129,1,0,".(goto)", 0, 2, 0);
	trans[1][110]	= settr(119,0,224,197,0,"(is_mortal)", 0, 2, 0);
	trans[1][111]	= settr(120,0,224,1,0,"goto killed", 0, 2, 0);
	T = trans[1][129] = settr(138,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(138,0,126,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(138,0,127,0,0,"IF", 0, 2, 0);
	T = trans[ 1][126] = settr(135,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(135,2,125,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][125] = settr(134,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(134,0,117,0,0,"sub-sequence", 1, 2, 0);
	trans[1][117]	= settr(126,2,123,198,198,"linked = (bound==255)", 1, 2, 0);
	T = trans[1][123] = settr(132,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(132,2,118,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(132,2,122,0,0,"IF", 1, 2, 0);
	trans[1][118]	= settr(127,0,144,199,199,"(linked)", 1, 2, 0); /* m: 119 -> 144,0 */
	reached1[119] = 1;
	trans[1][119]	= settr(0,0,0,0,0,"bound = mine",0,0,0);
	trans[1][120]	= settr(0,0,0,0,0,"file[mine].named = 1",0,0,0);
	trans[1][121]	= settr(0,0,0,0,0,"is_told = is_followed",0,0,0);
	trans[1][124]	= settr(133,0,144,200,200,".(goto)", 1, 2, 0);
	trans[1][122]	= settr(131,2,124,2,0,"else", 1, 2, 0);
	trans[1][130]	= settr(139,0,144,1,0,".(goto)", 0, 2, 0);
	trans[1][127]	= settr(136,0,224,201,0,"(is_mortal)", 0, 2, 0);
	trans[1][128]	= settr(137,0,224,1,0,"goto killed", 0, 2, 0);
	T = trans[1][144] = settr(153,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(153,0,133,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(153,0,143,0,0,"IF", 0, 2, 0);
	trans[1][133]	= settr(142,0,141,202,0,"((linked&&forks))", 0, 2, 0);
	T = trans[1][141] = settr(150,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(150,0,138,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(150,0,139,0,0,"IF", 0, 2, 0);
	T = trans[ 1][138] = settr(147,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(147,2,134,0,0,"ATOMIC", 1, 2, 0);
	trans[1][134]	= settr(143,2,137,203,203,"file[mine].sharers = (file[mine].sharers+1)", 1, 2, 0); /* m: 135 -> 0,137 */
	reached1[135] = 1;
	trans[1][135]	= settr(0,0,0,0,0,"file[mine].holders = (file[mine].holders+1)",0,0,0);
	trans[1][136]	= settr(0,0,0,0,0,"running = (running+1)",0,0,0);
	trans[1][137]	= settr(146,0,171,204,204,"(run fork_of(_pid,mine))", 1, 2, 0);
	trans[1][142]	= settr(151,0,171,1,0,".(goto)", 0, 2, 0);
	trans[1][139]	= settr(148,0,224,205,0,"(is_mortal)", 0, 2, 0);
	trans[1][140]	= settr(149,0,224,1,0,"goto killed", 0, 2, 0);
	trans[1][145]	= settr(154,0,171,1,0,".(goto)", 0, 2, 0);
	trans[1][143]	= settr(152,0,171,2,0,"else", 0, 2, 0);
	T = trans[1][171] = settr(180,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(180,0,146,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(180,0,170,0,0,"IF", 0, 2, 0);
	trans[1][146]	= settr(155,0,151,206,206,"(linked)", 0, 2, 0);
	T = trans[1][151] = settr(160,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(160,0,148,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(160,0,149,0,0,"IF", 0, 2, 0);
	T = trans[ 1][148] = settr(157,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(157,2,147,0,0,"ATOMIC", 1, 2, 0);
	trans[1][147]	= settr(156,0,168,207,207,"may_remove = (bound==mine)", 1, 2, 0);
	trans[1][152]	= settr(161,0,168,1,0,".(goto)", 0, 2, 0);
	trans[1][149]	= settr(158,0,224,208,0,"(is_mortal)", 0, 2, 0);
	trans[1][150]	= settr(159,0,224,1,0,"goto killed", 0, 2, 0);
	T = trans[1][168] = settr(177,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(177,0,153,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(177,0,167,0,0,"IF", 0, 2, 0);
	trans[1][153]	= settr(162,0,165,209,209,"(may_remove)", 0, 2, 0);
	T = trans[1][165] = settr(174,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(174,0,162,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(174,0,163,0,0,"IF", 0, 2, 0);
	T = trans[ 1][162] = settr(171,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(171,2,161,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][161] = settr(170,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(170,0,159,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][159] = settr(168,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(168,2,154,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(168,2,158,0,0,"IF", 1, 2, 0);
	trans[1][154]	= settr(163,0,224,210,210,"((bound!=255))", 1, 2, 0); /* m: 155 -> 224,0 */
	reached1[155] = 1;
	trans[1][155]	= settr(0,0,0,0,0,"assert((file[bound].lock==_pid))",0,0,0);
	trans[1][156]	= settr(0,0,0,0,0,"file[bound].named = 0",0,0,0);
	trans[1][157]	= settr(0,0,0,0,0,"bound = 255",0,0,0);
	trans[1][160]	= settr(169,0,224,211,211,".(goto)", 1, 2, 0);
	trans[1][158]	= settr(167,2,160,2,0,"else", 1, 2, 0);
	trans[1][166]	= settr(175,0,224,1,0,".(goto)", 0, 2, 0);
	trans[1][163]	= settr(172,0,224,212,0,"(is_mortal)", 0, 2, 0);
	trans[1][164]	= settr(173,0,224,1,0,"goto killed", 0, 2, 0);
	trans[1][169]	= settr(178,0,224,1,0,".(goto)", 0, 2, 0);
	trans[1][167]	= settr(176,0,224,2,0,"else", 0, 2, 0);
	trans[1][172]	= settr(181,0,224,1,0,".(goto)", 0, 2, 0);
	trans[1][170]	= settr(179,0,224,2,0,"else", 0, 2, 0);
	T = trans[ 1][224] = settr(233,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(233,0,201,0,0,"sub-sequence", 0, 2, 0);
	T = trans[1][201] = settr(210,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(210,0,174,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(210,0,198,0,0,"IF", 0, 2, 0);
	T = trans[ 1][174] = settr(183,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(183,2,173,0,0,"ATOMIC", 1, 2, 0);
	trans[1][173]	= settr(182,0,186,213,213,"ended[life] = 1", 1, 2, 0);
	T = trans[ 1][186] = settr(195,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(195,2,185,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][185] = settr(194,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(194,0,183,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][183] = settr(192,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(192,2,175,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(192,2,182,0,0,"IF", 1, 2, 0);
	trans[1][175]	= settr(184,2,180,214,214,"((file[mine].lock==_pid))", 1, 2, 0); /* m: 176 -> 180,0 */
	reached1[176] = 1;
	trans[1][176]	= settr(0,0,0,0,0,"file[mine].sharers = (file[mine].sharers-1)",0,0,0);
	T = trans[1][180] = settr(189,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(189,2,177,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(189,2,179,0,0,"IF", 1, 2, 0);
	trans[1][177]	= settr(186,0,223,215,215,"((file[mine].sharers==0))", 1, 2, 0); /* m: 178 -> 223,0 */
	reached1[178] = 1;
	trans[1][178]	= settr(0,0,0,0,0,"file[mine].lock = 255",0,0,0);
	trans[1][181]	= settr(190,0,223,216,216,".(goto)", 1, 2, 0); /* m: 184 -> 0,223 */
	reached1[184] = 1;
	trans[1][179]	= settr(188,2,181,2,0,"else", 1, 2, 0);
	trans[1][184]	= settr(193,0,223,217,217,".(goto)", 1, 2, 0);
	trans[1][182]	= settr(191,2,184,2,0,"else", 1, 2, 0);
	trans[1][202]	= settr(211,0,223,1,0,".(goto)", 0, 2, 0);
	T = trans[ 1][198] = settr(207,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(207,2,197,0,0,"ATOMIC", 1, 2, 0);
	T = trans[ 1][197] = settr(206,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(206,0,195,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][195] = settr(204,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(204,2,187,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(204,2,194,0,0,"IF", 1, 2, 0);
	trans[1][187]	= settr(196,2,192,218,218,"((file[mine].lock==_pid))", 1, 2, 0); /* m: 188 -> 192,0 */
	reached1[188] = 1;
	trans[1][188]	= settr(0,0,0,0,0,"file[mine].sharers = (file[mine].sharers-1)",0,0,0);
	T = trans[1][192] = settr(201,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(201,2,189,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(201,2,191,0,0,"IF", 1, 2, 0);
	trans[1][189]	= settr(198,4,200,219,219,"((file[mine].sharers==0))", 1, 2, 0); /* m: 190 -> 200,0 */
	reached1[190] = 1;
	trans[1][190]	= settr(0,0,0,0,0,"file[mine].lock = 255",0,0,0);
	trans[1][193]	= settr(202,4,200,220,220,".(goto)", 1, 2, 0); /* m: 196 -> 0,200 */
	reached1[196] = 1;
	trans[1][191]	= settr(200,2,193,2,0,"else", 1, 2, 0);
	trans[1][196]	= settr(205,0,200,221,221,".(goto)", 1, 2, 0);
	trans[1][194]	= settr(203,2,196,2,0,"else", 1, 2, 0);
	T = trans[ 1][200] = settr(209,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(209,2,199,0,0,"ATOMIC", 1, 2, 0);
	trans[1][199]	= settr(208,0,223,222,222,"ended[life] = 1", 1, 2, 0);
	T = trans[ 1][223] = settr(232,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(232,2,203,0,0,"ATOMIC", 1, 2, 0);
	trans[1][203]	= settr(212,2,222,223,223,"file[mine].holders = (file[mine].holders-1)", 1, 2, 0); /* m: 204 -> 0,222 */
	reached1[204] = 1;
	trans[1][204]	= settr(0,0,0,0,0,"mine = 255",0,0,0);
	T = trans[ 1][222] = settr(231,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(231,0,220,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][220] = settr(229,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(229,2,205,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(229,2,219,0,0,"IF", 1, 2, 0);
	trans[1][205]	= settr(214,2,216,224,0,"((other!=255))", 1, 2, 0);
	T = trans[ 1][216] = settr(225,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(225,0,214,0,0,"sub-sequence", 1, 2, 0);
	T = trans[1][214] = settr(223,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(223,2,206,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(223,2,213,0,0,"IF", 1, 2, 0);
	trans[1][206]	= settr(215,2,211,225,225,"((file[other].lock==_pid))", 1, 2, 0); /* m: 207 -> 211,0 */
	reached1[207] = 1;
	trans[1][207]	= settr(0,0,0,0,0,"file[other].sharers = (file[other].sharers-1)",0,0,0);
	T = trans[1][211] = settr(220,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(220,2,208,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(220,2,210,0,0,"IF", 1, 2, 0);
	trans[1][208]	= settr(217,0,225,226,226,"((file[other].sharers==0))", 1, 2, 0); /* m: 209 -> 225,0 */
	reached1[209] = 1;
	trans[1][209]	= settr(0,0,0,0,0,"file[other].lock = 255",0,0,0);
	trans[1][212]	= settr(221,2,217,1,0,".(goto)", 1, 2, 0); /* m: 217 -> 0,225 */
	reached1[217] = 1;
	trans[1][210]	= settr(219,2,217,2,0,"else", 1, 2, 0);
	trans[1][215]	= settr(224,2,217,1,0,".(goto)", 1, 2, 0); /* m: 217 -> 0,225 */
	reached1[217] = 1;
	trans[1][213]	= settr(222,2,217,2,0,"else", 1, 2, 0);
	trans[1][217]	= settr(226,0,225,227,227,"file[other].holders = (file[other].holders-1)", 1, 2, 0); /* m: 218 -> 0,225 */
	reached1[218] = 1;
	trans[1][218]	= settr(0,0,0,0,0,"other = 255",0,0,0);
	trans[1][221]	= settr(230,0,225,228,228,".(goto)", 1, 2, 0);
	trans[1][219]	= settr(228,2,221,2,0,"else", 1, 2, 0);
	trans[1][227]	= settr(236,0,228,1,0,"break", 0, 2, 0);
	trans[1][228]	= settr(237,0,229,229,229,"running = (running-1)", 1, 2, 0);
	trans[1][229]	= settr(238,0,0,230,230,"-end-", 0, 3500, 0);

	/* proctype 0: fork_of */

	trans[0] = (Trans **) emalloc(11*sizeof(Trans *));

	T = trans[ 0][9] = settr(8,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(8,2,1,0,0,"ATOMIC", 1, 2, 0);
	trans[0][1]	= settr(0,2,5,231,231,"file[held].sharers = (file[held].sharers-1)", 1, 2, 0);
	T = trans[0][5] = settr(4,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(4,2,2,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(4,2,4,0,0,"IF", 1, 2, 0);
	trans[0][2]	= settr(1,4,10,232,232,"(((file[held].sharers==0)&&(file[held].lock==parent)))", 1, 2, 0); /* m: 3 -> 10,0 */
	reached0[3] = 1;
	trans[0][3]	= settr(0,0,0,0,0,"file[held].lock = 255",0,0,0);
	trans[0][6]	= settr(5,2,7,1,0,".(goto)", 1, 2, 0); /* m: 7 -> 0,10 */
	reached0[7] = 1;
	trans[0][4]	= settr(3,2,7,2,0,"else", 1, 2, 0);
	trans[0][7]	= settr(6,4,10,233,233,"file[held].holders = (file[held].holders-1)", 1, 2, 0); /* m: 8 -> 0,10 */
	reached0[8] = 1;
	trans[0][8]	= settr(0,0,0,0,0,"running = (running-1)",0,0,0);
	trans[0][10]	= settr(9,0,0,234,234,"-end-", 0, 3500, 0);
	/* np_ demon: */
	trans[_NP_] = (Trans **) emalloc(3*sizeof(Trans *));
	T = trans[_NP_][0] = settr(9997,0,1,_T5,0,"(np_)", 1,2,0);
	    T->nxt	  = settr(9998,0,0,_T2,0,"(1)",   0,2,0);
	T = trans[_NP_][1] = settr(9999,0,1,_T5,0,"(np_)", 1,2,0);
}

Trans *
settr(	int t_id, int a, int b, int c, int d,
	char *t, int g, int tpe0, int tpe1)
{	Trans *tmp = (Trans *) emalloc(sizeof(Trans));

	tmp->atom  = a&(6|32);	/* only (2|8|32) have meaning */
	if (!g) tmp->atom |= 8;	/* no global references */
	tmp->st    = b;
	tmp->tpe[0] = tpe0;
	tmp->tpe[1] = tpe1;
	tmp->tp    = t;
	tmp->t_id  = t_id;
	tmp->forw  = c;
	tmp->back  = d;
	return tmp;
}

Trans *
cpytr(Trans *a)
{	Trans *tmp = (Trans *) emalloc(sizeof(Trans));

	int i;
	tmp->atom  = a->atom;
	tmp->st    = a->st;
#ifdef HAS_UNLESS
	tmp->e_trans = a->e_trans;
	for (i = 0; i < HAS_UNLESS; i++)
		tmp->escp[i] = a->escp[i];
#endif
	tmp->tpe[0] = a->tpe[0];
	tmp->tpe[1] = a->tpe[1];
	for (i = 0; i < 6; i++)
	{	tmp->qu[i] = a->qu[i];
		tmp->ty[i] = a->ty[i];
	}
	tmp->tp    = (char *) emalloc(strlen(a->tp)+1);
	strcpy(tmp->tp, a->tp);
	tmp->t_id  = a->t_id;
	tmp->forw  = a->forw;
	tmp->back  = a->back;
	return tmp;
}

#ifndef NOREDUCE
int
srinc_set(int n)
{	if (n <= 2) return LOCAL;
	if (n <= 2+  DELTA) return Q_FULL_F; /* 's' or nfull  */
	if (n <= 2+2*DELTA) return Q_EMPT_F; /* 'r' or nempty */
	if (n <= 2+3*DELTA) return Q_EMPT_T; /* empty */
	if (n <= 2+4*DELTA) return Q_FULL_T; /* full  */
	if (n ==   5*DELTA) return GLOBAL;
	if (n ==   6*DELTA) return TIMEOUT_F;
	if (n ==   7*DELTA) return ALPHA_F;
	Uerror("cannot happen srinc_class");
	return BAD;
}
int
srunc(int n, int m)
{	switch(m) {
	case Q_FULL_F: return n-2;
	case Q_EMPT_F: return n-2-DELTA;
	case Q_EMPT_T: return n-2-2*DELTA;
	case Q_FULL_T: return n-2-3*DELTA;
	case ALPHA_F:
	case TIMEOUT_F: return 257; /* non-zero, and > MAXQ */
	}
	Uerror("cannot happen srunc");
	return 0;
}
#endif
int cnt;
#ifdef HAS_UNLESS
int
isthere(Trans *a, int b)
{	Trans *t;
	for (t = a; t; t = t->nxt)
		if (t->t_id == b)
			return 1;
	return 0;
}
#endif
#ifndef NOREDUCE
int
mark_safety(Trans *t) /* for conditional safety */
{	int g = 0, i, j, k;

	if (!t) return 0;
	if (t->qu[0])
		return (t->qu[1])?2:1;	/* marked */

	for (i = 0; i < 2; i++)
	{	j = srinc_set(t->tpe[i]);
		if (j >= GLOBAL && j != ALPHA_F)
			return -1;
		if (j != LOCAL)
		{	k = srunc(t->tpe[i], j);
			if (g == 0
			||  t->qu[0] != k
			||  t->ty[0] != j)
			{	t->qu[g] = k;
				t->ty[g] = j;
				g++;
	}	}	}
	return g;
}
#endif
void
retrans(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
	/* process n, with m states, is=initial state */
{	Trans *T0, *T1, *T2, *T3;
	Trans *T4, *T5; /* t_reverse or has_unless */
	int i;
#if defined(HAS_UNLESS) || !defined(NOREDUCE)
	int k;
#endif
#ifndef NOREDUCE
	int g, h, j, aa;
#endif
#ifdef HAS_UNLESS
	int p;
#endif
	if (state_tables >= 4)
	{	printf("STEP 1 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
	do {
		for (i = 1, cnt = 0; i < m; i++)
		{	T2 = trans[n][i];
			T1 = T2?T2->nxt:(Trans *)0;
/* prescan: */		for (T0 = T1; T0; T0 = T0->nxt)
/* choice in choice */	{	if (T0->st && trans[n][T0->st]
				&&  trans[n][T0->st]->nxt)
					break;
			}
#if 0
		if (T0)
		printf("\tstate %d / %d: choice in choice\n",
		i, T0->st);
#endif
			if (T0)
			for (T0 = T1; T0; T0 = T0->nxt)
			{	T3 = trans[n][T0->st];
				if (!T3->nxt)
				{	T2->nxt = cpytr(T0);
					T2 = T2->nxt;
					imed(T2, T0->st, n, i);
					continue;
				}
				do {	T3 = T3->nxt;
					T2->nxt = cpytr(T3);
					T2 = T2->nxt;
					imed(T2, T0->st, n, i);
				} while (T3->nxt);
				cnt++;
			}
		}
	} while (cnt);
	if (state_tables >= 3)
	{	printf("STEP 2 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
	for (i = 1; i < m; i++)
	{	if (trans[n][i] && trans[n][i]->nxt) /* optimize */
		{	T1 = trans[n][i]->nxt;
#if 0
			printf("\t\tpull %d (%d) to %d\n",
			T1->st, T1->forw, i);
#endif
			srcln[i] = srcln[T1->st];	/* Oyvind Teig, 5.2.0 */

			if (!trans[n][T1->st]) continue;
			T0 = cpytr(trans[n][T1->st]);
			trans[n][i] = T0;
			reach[T1->st] = 1;
			imed(T0, T1->st, n, i);
			for (T1 = T1->nxt; T1; T1 = T1->nxt)
			{
#if 0
			printf("\t\tpull %d (%d) to %d\n",
				T1->st, T1->forw, i);
#endif
		/*		srcln[i] = srcln[T1->st];  gh: not useful */
				if (!trans[n][T1->st]) continue;
				T0->nxt = cpytr(trans[n][T1->st]);
				T0 = T0->nxt;
				reach[T1->st] = 1;
				imed(T0, T1->st, n, i);
	}	}	}
	if (state_tables >= 2)
	{	printf("STEP 3 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
#ifdef HAS_UNLESS
	for (i = 1; i < m; i++)
	{	if (!trans[n][i]) continue;
		/* check for each state i if an
		 * escape to some state p is defined
		 * if so, copy and mark p's transitions
		 * and prepend them to the transition-
		 * list of state i
		 */
	 if (!like_java) /* the default */
	 {	for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		for (k = HAS_UNLESS-1; k >= 0; k--)
		{	if (p = T0->escp[k])
			for (T1 = trans[n][p]; T1; T1 = T1->nxt)
			{	if (isthere(trans[n][i], T1->t_id))
					continue;
				T2 = cpytr(T1);
				T2->e_trans = p;
				T2->nxt = trans[n][i];
				trans[n][i] = T2;
		}	}
	 } else /* outermost unless checked first */
	 {	T4 = T3 = (Trans *) 0;
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		for (k = HAS_UNLESS-1; k >= 0; k--)
		{	if (p = T0->escp[k])
			for (T1 = trans[n][p]; T1; T1 = T1->nxt)
			{	if (isthere(trans[n][i], T1->t_id))
					continue;
				T2 = cpytr(T1);
				T2->nxt = (Trans *) 0;
				T2->e_trans = p;
				if (T3)	T3->nxt = T2;
				else	T4 = T2;
				T3 = T2;
		}	}
		if (T4)
		{	T3->nxt = trans[n][i];
			trans[n][i] = T4;
		}
	 }
	}
#endif
#ifndef NOREDUCE
	for (i = 1; i < m; i++)
	{	if (a_cycles)
		{ /* moves through these states are visible */
	#if PROG_LAB>0 && defined(HAS_NP)
			if (progstate[n][i])
				goto degrade;
			for (T1 = trans[n][i]; T1; T1 = T1->nxt)
				if (progstate[n][T1->st])
					goto degrade;
	#endif
			if (accpstate[n][i] || visstate[n][i])
				goto degrade;
			for (T1 = trans[n][i]; T1; T1 = T1->nxt)
				if (accpstate[n][T1->st])
					goto degrade;
		}
		T1 = trans[n][i];
		if (!T1) continue;
		g = mark_safety(T1);	/* V3.3.1 */
		if (g < 0) goto degrade; /* global */
		/* check if mixing of guards preserves reduction */
		if (T1->nxt)
		{	k = 0;
			for (T0 = T1; T0; T0 = T0->nxt)
			{	if (!(T0->atom&8))
					goto degrade;
				for (aa = 0; aa < 2; aa++)
				{	j = srinc_set(T0->tpe[aa]);
					if (j >= GLOBAL && j != ALPHA_F)
						goto degrade;
					if (T0->tpe[aa]
					&&  T0->tpe[aa]
					!=  T1->tpe[0])
						k = 1;
			}	}
			/* g = 0;	V3.3.1 */
			if (k)	/* non-uniform selection */
			for (T0 = T1; T0; T0 = T0->nxt)
			for (aa = 0; aa < 2; aa++)
			{	j = srinc_set(T0->tpe[aa]);
				if (j != LOCAL)
				{	k = srunc(T0->tpe[aa], j);
					for (h = 0; h < 6; h++)
						if (T1->qu[h] == k
						&&  T1->ty[h] == j)
							break;
					if (h >= 6)
					{	T1->qu[g%6] = k;
						T1->ty[g%6] = j;
						g++;
			}	}	}
			if (g > 6)
			{	T1->qu[0] = 0;	/* turn it off */
				printf("pan: warning, line %d, ",
					srcln[i]);
			 	printf("too many stmnt types (%d)",
					g);
			  	printf(" in selection\n");
			  goto degrade;
			}
		}
		/* mark all options global if >=1 is global */
		for (T1 = trans[n][i]; T1; T1 = T1->nxt)
			if (!(T1->atom&8)) break;
		if (T1)
degrade:	for (T1 = trans[n][i]; T1; T1 = T1->nxt)
			T1->atom &= ~8;	/* mark as unsafe */
		/* can only mix 'r's or 's's if on same chan */
		/* and not mixed with other local operations */
		T1 = trans[n][i];
		if (!T1 || T1->qu[0]) continue;
		j = T1->tpe[0];
		if (T1->nxt && T1->atom&8)
		{ if (j == 5*DELTA)
		  {	printf("warning: line %d ", srcln[i]);
			printf("mixed condition ");
			printf("(defeats reduction)\n");
			goto degrade;
		  }
		  for (T0 = T1; T0; T0 = T0->nxt)
		  for (aa = 0; aa < 2; aa++)
		  if  (T0->tpe[aa] && T0->tpe[aa] != j)
		  {	printf("warning: line %d ", srcln[i]);
			printf("[%d-%d] mixed %stion ",
				T0->tpe[aa], j, 
				(j==5*DELTA)?"condi":"selec");
			printf("(defeats reduction)\n");
			printf("	'%s' <-> '%s'\n",
				T1->tp, T0->tp);
			goto degrade;
		} }
	}
#endif
	for (i = 1; i < m; i++)
	{	T2 = trans[n][i];
		if (!T2
		||  T2->nxt
		||  strncmp(T2->tp, ".(goto)", 7)
		||  !stopstate[n][i])
			continue;
		stopstate[n][T2->st] = 1;
	}
	if (state_tables && !verbose)
	{	if (dodot)
		{	char buf[256], *q = buf, *p = procname[n];
			while (*p != '\0')
			{	if (*p != ':')
				{	*q++ = *p;
				}
				p++;
			}
			*q = '\0';
			printf("digraph ");
			switch (Btypes[n]) {
			case I_PROC:  printf("init {\n"); break;
			case N_CLAIM: printf("claim_%s {\n", buf); break;
			case E_TRACE: printf("notrace {\n"); break;
			case N_TRACE: printf("trace {\n"); break;
			default:      printf("p_%s {\n", buf); break;
			}
			printf("size=\"8,10\";\n");
			printf("  GT [shape=box,style=dotted,label=\"%s\"];\n", buf);
			printf("  GT -> S%d;\n", is);
		} else
		{	switch (Btypes[n]) {
			case I_PROC:  printf("init\n"); break;
			case N_CLAIM: printf("claim %s\n", procname[n]); break;
			case E_TRACE: printf("notrace assertion\n"); break;
			case N_TRACE: printf("trace assertion\n"); break;
			default:      printf("proctype %s\n", procname[n]); break;
		}	}
		for (i = 1; i < m; i++)
		{	reach[i] = 1;
		}
		tagtable(n, m, is, srcln, reach);
		if (dodot) printf("}\n");
	} else
	for (i = 1; i < m; i++)
	{	int nrelse;
		if (Btypes[n] != N_CLAIM)
		{	for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			{	if (T0->st == i
				&& strcmp(T0->tp, "(1)") == 0)
				{	printf("error: proctype '%s' ",
						procname[n]);
		  			printf("line %d, state %d: has un",
						srcln[i], i);
					printf("conditional self-loop\n");
					pan_exit(1);
		}	}	}
		nrelse = 0;
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		{	if (strcmp(T0->tp, "else") == 0)
				nrelse++;
		}
		if (nrelse > 1)
		{	printf("error: proctype '%s' state",
				procname[n]);
		  	printf(" %d, inherits %d", i, nrelse);
		  	printf(" 'else' stmnts\n");
			pan_exit(1);
	}	}
#if !defined(LOOPSTATE) && !defined(BFS_PAR)
	if (state_tables)
#endif
	do_dfs(n, m, is, srcln, reach, lpstate);

	if (!t_reverse)
	{	return;
	}
	/* process n, with m states, is=initial state -- reverse list */
	if (!state_tables && Btypes[n] != N_CLAIM)
	{	for (i = 1; i < m; i++)
		{	Trans *Tx = (Trans *) 0; /* list of escapes */
			Trans *Ty = (Trans *) 0; /* its tail element */
			T1 = (Trans *) 0; /* reversed list */
			T2 = (Trans *) 0; /* its tail */
			T3 = (Trans *) 0; /* remembers possible 'else' */

			/* find unless-escapes, they should go first */
			T4 = T5 = T0 = trans[n][i];
	#ifdef HAS_UNLESS
			while (T4 && T4->e_trans) /* escapes are first in orig list */
			{	T5 = T4;	  /* remember predecessor */
				T4 = T4->nxt;
			}
	#endif
			/* T4 points to first non-escape, T5 to its parent, T0 to original list */
			if (T4 != T0)		 /* there was at least one escape */
			{	T3 = T5->nxt;		 /* start of non-escapes */
				T5->nxt = (Trans *) 0;	 /* separate */
				Tx = T0;		 /* start of the escapes */
				Ty = T5;		 /* its tail */
				T0 = T3;		 /* the rest, to be reversed */
			}
			/* T0 points to first non-escape, Tx to the list of escapes, Ty to its tail */

			/* first tail-add non-escape transitions, reversed */
			T3 = (Trans *) 0;
			for (T5 = T0; T5; T5 = T4)
			{	T4 = T5->nxt;
	#ifdef HAS_UNLESS
				if (T5->e_trans)
				{	printf("error: cannot happen!\n");
					continue;
				}
	#endif
				if (strcmp(T5->tp, "else") == 0)
				{	T3 = T5;
					T5->nxt = (Trans *) 0;
				} else
				{	T5->nxt = T1;
					if (!T1) { T2 = T5; }
					T1 = T5;
			}	}
			/* T3 points to a possible else, which is removed from the list */
			/* T1 points to the reversed list so far (without escapes) */
			/* T2 points to the tail element -- where the else should go */
			if (T2 && T3)
			{	T2->nxt = T3;	/* add else */
			} else
			{	if (T3) /* there was an else, but there's no tail */
				{	if (!T1)	/* and no reversed list */
					{	T1 = T3; /* odd, but possible */
					} else		/* even stranger */
					{	T1->nxt = T3;
			}	}	}

			/* add in the escapes, to that they appear at the front */
			if (Tx && Ty) { Ty->nxt = T1; T1 = Tx; }

			trans[n][i] = T1;
			/* reversed, with escapes first and else last */
	}	}
	if (state_tables && verbose)
	{	printf("FINAL proctype %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
	}
}
void
imed(Trans *T, int v, int n, int j)	/* set intermediate state */
{	progstate[n][T->st] |= progstate[n][v];
	accpstate[n][T->st] |= accpstate[n][v];
	stopstate[n][T->st] |= stopstate[n][v];
	mapstate[n][j] = T->st;
}
void
tagtable(int n, int m, int is, short srcln[], uchar reach[])
{	Trans *z;

	if (is >= m || !trans[n][is]
	||  is <= 0 || reach[is] == 0)
		return;
	reach[is] = 0;
	if (state_tables)
	for (z = trans[n][is]; z; z = z->nxt)
	{	if (dodot)
			dot_crack(n, is, z);
		else
			crack(n, is, z, srcln);
	}

	for (z = trans[n][is]; z; z = z->nxt)
	{
#ifdef HAS_UNLESS
		int i, j;
#endif
		tagtable(n, m, z->st, srcln, reach);
#ifdef HAS_UNLESS
		for (i = 0; i < HAS_UNLESS; i++)
		{	j = trans[n][is]->escp[i];
			if (!j) break;
			tagtable(n, m, j, srcln, reach);
		}
#endif
	}
}

extern Trans *t_id_lkup[];

void
dfs_table(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
{	Trans *z;

	if (is >= m || is <= 0 || !trans[n][is])
		return;
	if ((reach[is] & (4|8|16)) != 0)
	{	if ((reach[is] & (8|16)) == 16)	/* on stack, not yet recorded */
		{	lpstate[is] = 1;
			reach[is] |= 8; /* recorded */
			if (state_tables && verbose)
			{	printf("state %d line %d is a loopstate\n", is, srcln[is]);
		}	}
		return;
	}
	reach[is] |= (4|16);	/* visited | onstack */
	for (z = trans[n][is]; z; z = z->nxt)
	{	t_id_lkup[z->t_id] = z;
#ifdef HAS_UNLESS
		int i, j;
#endif
		dfs_table(n, m, z->st, srcln, reach, lpstate);
#ifdef HAS_UNLESS
		for (i = 0; i < HAS_UNLESS; i++)
		{	j = trans[n][is]->escp[i];
			if (!j) break;
			dfs_table(n, m, j, srcln, reach, lpstate);
		}
#endif
	}
	reach[is] &= ~16; /* no longer on stack */
}
void
do_dfs(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
{	int i;
	dfs_table(n, m, is, srcln, reach, lpstate);
	for (i = 0; i < m; i++)
		reach[i] &= ~(4|8|16);
}
void
crack(int n, int j, Trans *z, short srcln[])
{	int i;

	if (!z) return;
	printf("	state %3d -(tr %3d)-> state %3d  ",
		j, z->forw, z->st);
	printf("[id %3d tp %3d", z->t_id, z->tpe[0]);
	if (z->tpe[1]) printf(",%d", z->tpe[1]);
#ifdef HAS_UNLESS
	if (z->e_trans)
		printf(" org %3d", z->e_trans);
	else if (state_tables >= 2)
	for (i = 0; i < HAS_UNLESS; i++)
	{	if (!z->escp[i]) break;
		printf(" esc %d", z->escp[i]);
	}
#endif
	printf("]");
	printf(" [%s%s%s%s%s] %s:%d => ",
		z->atom&6?"A":z->atom&32?"D":"-",
		accpstate[n][j]?"a" :"-",
		stopstate[n][j]?"e" : "-",
		progstate[n][j]?"p" : "-",
		z->atom & 8 ?"L":"G",
		PanSource, srcln[j]);
	for (i = 0; z->tp[i]; i++)
		if (z->tp[i] == '\n')
			printf("\\n");
		else
			putchar(z->tp[i]);
	if (verbose && z->qu[0])
	{	printf("\t[");
		for (i = 0; i < 6; i++)
			if (z->qu[i])
				printf("(%d,%d)",
				z->qu[i], z->ty[i]);
		printf("]");
	}
	printf("\n");
	fflush(stdout);
}
/* spin -a m.pml; cc -o pan pan.c; ./pan -D | dot -Tps > foo.ps; ps2pdf foo.ps */
void
dot_crack(int n, int j, Trans *z)
{	int i;

	if (!z) return;
	printf("	S%d -> S%d  [color=black", j, z->st);

	if (z->atom&6) printf(",style=dashed");
	else if (z->atom&32) printf(",style=dotted");
	else if (z->atom&8) printf(",style=solid");
	else printf(",style=bold");

	printf(",label=\"");
	for (i = 0; z->tp[i]; i++)
	{	if (z->tp[i] == '\\'
		&&  z->tp[i+1] == 'n')
		{	i++; printf(" ");
		} else
		{	putchar(z->tp[i]);
	}	}
	printf("\"];\n");
	if (accpstate[n][j]) printf("  S%d [color=red,style=bold];\n", j);
	else if (progstate[n][j]) printf("  S%d [color=green,style=bold];\n", j);
	if (stopstate[n][j]) printf("  S%d [color=blue,style=bold,shape=box];\n", j);
}

#ifdef VAR_RANGES
#define BYTESIZE	32	/* 2^8 : 2^3 = 256:8 = 32 */

typedef struct Vr_Ptr {
	char	*nm;
	uchar	vals[BYTESIZE];
	struct Vr_Ptr *nxt;
} Vr_Ptr;
Vr_Ptr *ranges = (Vr_Ptr *) 0;

void
logval(char *s, int v)
{	Vr_Ptr *tmp;

	if (v<0 || v > 255) return;
	for (tmp = ranges; tmp; tmp = tmp->nxt)
		if (!strcmp(tmp->nm, s))
			goto found;
	tmp = (Vr_Ptr *) emalloc(sizeof(Vr_Ptr));
	tmp->nxt = ranges;
	ranges = tmp;
	tmp->nm = s;
found:
	tmp->vals[(v)/8] |= 1<<((v)%8);
}

void
dumpval(uchar X[], int range)
{	int w, x, i, j = -1;

	for (w = i = 0; w < range; w++)
	for (x = 0; x < 8; x++, i++)
	{
from:		if ((X[w] & (1<<x)))
		{	printf("%d", i);
			j = i;
			goto upto;
	}	}
	return;
	for (w = 0; w < range; w++)
	for (x = 0; x < 8; x++, i++)
	{
upto:		if (!(X[w] & (1<<x)))
		{	if (i-1 == j)
				printf(", ");
			else
				printf("-%d, ", i-1);
			goto from;
	}	}
	if (j >= 0 && j != 255)
		printf("-255");
}

void
dumpranges(void)
{	Vr_Ptr *tmp;
	printf("\nValues assigned within ");
	printf("interval [0..255]:\n");
	for (tmp = ranges; tmp; tmp = tmp->nxt)
	{	printf("\t%s\t: ", tmp->nm);
		dumpval(tmp->vals, BYTESIZE);
		printf("\n");
	}
}
#endif
