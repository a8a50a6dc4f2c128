#define rand	pan_rand
#define pthread_equal(a,b)	((a)==(b))
#if defined(HAS_CODE) && defined(VERBOSE)
	#ifdef BFS_PAR
		bfs_printf("Pr: %d Tr: %d\n", II, t->forw);
	#else
		cpu_printf("Pr: %d Tr: %d\n", II, t->forw);
	#endif
#endif
	switch (t->forw) {
	default: Uerror("bad forward move");
	case 0:	/* if without executable clauses */
		continue;
	case 1: /* generic 'goto' or 'skip' */
		IfNotBlocked
		_m = 3; goto P999;
	case 2: /* generic 'else' */
		IfNotBlocked
		if (trpt->o_pm&1) continue;
		_m = 3; goto P999;

		 /* PROC :init: */
	case 3: // STATE 1 - /tmp/hd/tests/model/cleaning.pml:243 - [running = 4] (0:0:1 - 1)
		IfNotBlocked
		reached[4][1] = 1;
		(trpt+1)->bup.oval = ((int)now.running);
		now.running = 4;
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 4: // STATE 2 - /tmp/hd/tests/model/cleaning.pml:244 - [(run owner(2,0))] (0:0:0 - 1)
		IfNotBlocked
		reached[4][2] = 1;
		if (!(addproc(II, 1, 1, 2, 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 5: // STATE 3 - /tmp/hd/tests/model/cleaning.pml:245 - [(run owner(1,1))] (0:0:0 - 1)
		IfNotBlocked
		reached[4][3] = 1;
		if (!(addproc(II, 1, 1, 1, 1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 6: // STATE 4 - /tmp/hd/tests/model/cleaning.pml:246 - [(run cleaner())] (0:0:0 - 1)
		IfNotBlocked
		reached[4][4] = 1;
		if (!(addproc(II, 1, 2, 0, 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 7: // STATE 5 - /tmp/hd/tests/model/cleaning.pml:247 - [(run cleaner())] (0:0:0 - 1)
		IfNotBlocked
		reached[4][5] = 1;
		if (!(addproc(II, 1, 2, 0, 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 8: // STATE 6 - /tmp/hd/tests/model/cleaning.pml:248 - [(run watcher())] (0:0:0 - 1)
		IfNotBlocked
		reached[4][6] = 1;
		if (!(addproc(II, 1, 3, 0, 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 9: // STATE 8 - /tmp/hd/tests/model/cleaning.pml:250 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[4][8] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC watcher */
	case 10: // STATE 1 - /tmp/hd/tests/model/cleaning.pml:177 - [seen = bound] (0:96:4 - 1)
		IfNotBlocked
		reached[3][1] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->seen);
		((P3 *)_this)->seen = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:seen", ((int)((P3 *)_this)->seen));
#endif
		;
		/* merge: is_locked = ((seen!=255)&&(file[seen].lock!=255))(96, 2, 96) */
		reached[3][2] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_locked);
		((P3 *)_this)->is_locked = ((((int)((P3 *)_this)->seen)!=255)&&(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].lock)!=255));
#ifdef VAR_RANGES
		logval("watcher:is_locked", ((int)((P3 *)_this)->is_locked));
#endif
		;
		/* merge: pidfd = 255(96, 3, 96) */
		reached[3][3] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = 255;
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: is_due = 0(96, 4, 96) */
		reached[3][4] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 0;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 11: // STATE 6 - /tmp/hd/tests/model/cleaning.pml:183 - [((seen==255))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][6] = 1;
		if (!((((int)((P3 *)_this)->seen)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.oval = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		_m = 3; goto P999; /* 0 */
	case 12: // STATE 7 - /tmp/hd/tests/model/cleaning.pml:184 - [(((seen!=255)&&!(is_locked)))] (0:0:2 - 1)
		IfNotBlocked
		reached[3][7] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&& !(((int)((P3 *)_this)->is_locked)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.ovals[1] = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 13: // STATE 8 - /tmp/hd/tests/model/cleaning.pml:89 - [other = bound] (0:0:1 - 1)
		IfNotBlocked
		reached[3][8] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 14: // STATE 9 - /tmp/hd/tests/model/cleaning.pml:89 - [((other!=255))] (84:0:1 - 1)
		IfNotBlocked
		reached[3][9] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		/* merge: file[other].holders = (file[other].holders+1)(84, 10, 84) */
		reached[3][10] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: .(goto)(84, 13, 84) */
		reached[3][13] = 1;
		;
		/* merge: .(goto)(0, 18, 84) */
		reached[3][18] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 15: // STATE 13 - /tmp/hd/tests/model/cleaning.pml:89 - [.(goto)] (0:84:0 - 2)
		IfNotBlocked
		reached[3][13] = 1;
		;
		/* merge: .(goto)(0, 18, 84) */
		reached[3][18] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 16: // STATE 15 - /tmp/hd/tests/model/cleaning.pml:89 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][15] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 17: // STATE 19 - /tmp/hd/tests/model/cleaning.pml:91 - [((other==255))] (99:0:2 - 1)
		IfNotBlocked
		reached[3][19] = 1;
		if (!((((int)((P3 *)_this)->other)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: other */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->other;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(99, 85, 99) */
		reached[3][85] = 1;
		;
		/* merge: is_due = 1(99, 87, 99) */
		reached[3][87] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 18: // STATE 21 - /tmp/hd/tests/model/cleaning.pml:93 - [may_remove = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][21] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 0;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 19: // STATE 22 - /tmp/hd/tests/model/cleaning.pml:97 - [((file[other].lock==255))] (42:0:3 - 1)
		IfNotBlocked
		reached[3][22] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==255)))
			continue;
		/* merge: file[other].lock = _pid(42, 23, 42) */
		reached[3][23] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = ((int)((P3 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: file[other].sharers = 1(42, 24, 42) */
		reached[3][24] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		/* merge: may_remove = 1(42, 25, 42) */
		reached[3][25] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 1;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		/* merge: .(goto)(42, 28, 42) */
		reached[3][28] = 1;
		;
		/* merge: .(goto)(0, 33, 42) */
		reached[3][33] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 20: // STATE 28 - /tmp/hd/tests/model/cleaning.pml:97 - [.(goto)] (0:42:0 - 2)
		IfNotBlocked
		reached[3][28] = 1;
		;
		/* merge: .(goto)(0, 33, 42) */
		reached[3][33] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 21: // STATE 30 - /tmp/hd/tests/model/cleaning.pml:97 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][30] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 22: // STATE 34 - /tmp/hd/tests/model/cleaning.pml:106 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][34] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 23: // STATE 35 - /tmp/hd/tests/model/cleaning.pml:106 - [may_remove = (bound==other)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][35] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = (((int)now.bound)==((int)((P3 *)_this)->other));
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 24: // STATE 37 - /tmp/hd/tests/model/cleaning.pml:106 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][37] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 25: // STATE 44 - /tmp/hd/tests/model/cleaning.pml:111 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][44] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 26: // STATE 45 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (82:0:2 - 1)
		IfNotBlocked
		reached[3][45] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(82, 46, 82) */
		reached[3][46] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P3 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(82, 47, 82) */
		reached[3][47] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(82, 48, 82) */
		reached[3][48] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(82, 51, 82) */
		reached[3][51] = 1;
		;
		/* merge: .(goto)(0, 57, 82) */
		reached[3][57] = 1;
		;
		/* merge: .(goto)(0, 60, 82) */
		reached[3][60] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 27: // STATE 51 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:82:0 - 2)
		IfNotBlocked
		reached[3][51] = 1;
		;
		/* merge: .(goto)(0, 57, 82) */
		reached[3][57] = 1;
		;
		/* merge: .(goto)(0, 60, 82) */
		reached[3][60] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 28: // STATE 54 - /tmp/hd/tests/model/cleaning.pml:111 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][54] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 29: // STATE 61 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][61] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 30: // STATE 62 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (67:0:1 - 1)
		IfNotBlocked
		reached[3][62] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==((int)((P3 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 63, 67) */
		reached[3][63] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 31: // STATE 64 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (99:0:5 - 1)
		IfNotBlocked
		reached[3][64] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(99, 65, 99) */
		reached[3][65] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(99, 68, 99) */
		reached[3][68] = 1;
		;
		/* merge: .(goto)(99, 71, 99) */
		reached[3][71] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(99, 73, 99) */
		reached[3][73] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(99, 74, 99) */
		reached[3][74] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(99, 77, 99) */
		reached[3][77] = 1;
		;
		/* merge: .(goto)(99, 83, 99) */
		reached[3][83] = 1;
		;
		/* merge: .(goto)(99, 85, 99) */
		reached[3][85] = 1;
		;
		/* merge: is_due = 1(99, 87, 99) */
		reached[3][87] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 10 */
	case 32: // STATE 73 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:99:4 - 5)
		IfNotBlocked
		reached[3][73] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(99, 74, 99) */
		reached[3][74] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(99, 77, 99) */
		reached[3][77] = 1;
		;
		/* merge: .(goto)(99, 83, 99) */
		reached[3][83] = 1;
		;
		/* merge: .(goto)(99, 85, 99) */
		reached[3][85] = 1;
		;
		/* merge: is_due = 1(99, 87, 99) */
		reached[3][87] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 33: // STATE 77 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:99:1 - 2)
		IfNotBlocked
		reached[3][77] = 1;
		;
		/* merge: .(goto)(99, 83, 99) */
		reached[3][83] = 1;
		;
		/* merge: .(goto)(99, 85, 99) */
		reached[3][85] = 1;
		;
		/* merge: is_due = 1(99, 87, 99) */
		reached[3][87] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 34: // STATE 80 - /tmp/hd/tests/model/cleaning.pml:112 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][80] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 35: // STATE 87 - /tmp/hd/tests/model/cleaning.pml:188 - [is_due = 1] (0:99:1 - 4)
		IfNotBlocked
		reached[3][87] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 36: // STATE 88 - /tmp/hd/tests/model/cleaning.pml:190 - [(((seen!=255)&&is_locked))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][88] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&&((int)((P3 *)_this)->is_locked))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.oval = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 37: // STATE 89 - /tmp/hd/tests/model/cleaning.pml:193 - [(ended[file[seen].life])] (99:0:2 - 1)
		IfNotBlocked
		reached[3][89] = 1;
		if (!(((int)now.ended[ Index(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life), 3) ])))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		/* merge: is_due = 1(99, 90, 99) */
		reached[3][90] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(99, 94, 99) */
		reached[3][94] = 1;
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 38: // STATE 94 - /tmp/hd/tests/model/cleaning.pml:202 - [.(goto)] (0:99:0 - 2)
		IfNotBlocked
		reached[3][94] = 1;
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 39: // STATE 92 - /tmp/hd/tests/model/cleaning.pml:200 - [pidfd = file[seen].life] (0:99:1 - 1)
		IfNotBlocked
		reached[3][92] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = ((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life);
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: .(goto)(99, 94, 99) */
		reached[3][94] = 1;
		;
		/* merge: .(goto)(0, 97, 99) */
		reached[3][97] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 40: // STATE 99 - /tmp/hd/tests/model/cleaning.pml:225 - [is_followed = 1] (0:0:1 - 4)
		IfNotBlocked
		reached[3][99] = 1;
		(trpt+1)->bup.oval = ((int)now.is_followed);
		now.is_followed = 1;
#ifdef VAR_RANGES
		logval("is_followed", ((int)now.is_followed));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 41: // STATE 100 - /tmp/hd/tests/model/cleaning.pml:231 - [(is_told)] (200:0:1 - 1)
		IfNotBlocked
		reached[3][100] = 1;
		if (!(((int)now.is_told)))
			continue;
		/* merge: is_told = 0(0, 101, 200) */
		reached[3][101] = 1;
		(trpt+1)->bup.oval = ((int)now.is_told);
		now.is_told = 0;
#ifdef VAR_RANGES
		logval("is_told", ((int)now.is_told));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 42: // STATE 103 - /tmp/hd/tests/model/cleaning.pml:177 - [seen = bound] (0:198:4 - 1)
		IfNotBlocked
		reached[3][103] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->seen);
		((P3 *)_this)->seen = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:seen", ((int)((P3 *)_this)->seen));
#endif
		;
		/* merge: is_locked = ((seen!=255)&&(file[seen].lock!=255))(198, 104, 198) */
		reached[3][104] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_locked);
		((P3 *)_this)->is_locked = ((((int)((P3 *)_this)->seen)!=255)&&(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].lock)!=255));
#ifdef VAR_RANGES
		logval("watcher:is_locked", ((int)((P3 *)_this)->is_locked));
#endif
		;
		/* merge: pidfd = 255(198, 105, 198) */
		reached[3][105] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = 255;
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: is_due = 0(198, 106, 198) */
		reached[3][106] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 0;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 43: // STATE 108 - /tmp/hd/tests/model/cleaning.pml:183 - [((seen==255))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][108] = 1;
		if (!((((int)((P3 *)_this)->seen)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.oval = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		_m = 3; goto P999; /* 0 */
	case 44: // STATE 109 - /tmp/hd/tests/model/cleaning.pml:184 - [(((seen!=255)&&!(is_locked)))] (0:0:2 - 1)
		IfNotBlocked
		reached[3][109] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&& !(((int)((P3 *)_this)->is_locked)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.ovals[1] = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 45: // STATE 110 - /tmp/hd/tests/model/cleaning.pml:89 - [other = bound] (0:0:1 - 1)
		IfNotBlocked
		reached[3][110] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 46: // STATE 111 - /tmp/hd/tests/model/cleaning.pml:89 - [((other!=255))] (186:0:1 - 1)
		IfNotBlocked
		reached[3][111] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		/* merge: file[other].holders = (file[other].holders+1)(186, 112, 186) */
		reached[3][112] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: .(goto)(186, 115, 186) */
		reached[3][115] = 1;
		;
		/* merge: .(goto)(0, 120, 186) */
		reached[3][120] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 47: // STATE 115 - /tmp/hd/tests/model/cleaning.pml:89 - [.(goto)] (0:186:0 - 2)
		IfNotBlocked
		reached[3][115] = 1;
		;
		/* merge: .(goto)(0, 120, 186) */
		reached[3][120] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 48: // STATE 117 - /tmp/hd/tests/model/cleaning.pml:89 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][117] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 49: // STATE 121 - /tmp/hd/tests/model/cleaning.pml:91 - [((other==255))] (406:0:2 - 1)
		IfNotBlocked
		reached[3][121] = 1;
		if (!((((int)((P3 *)_this)->other)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: other */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->other;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 187, 406) */
		reached[3][187] = 1;
		;
		/* merge: is_due = 1(406, 189, 406) */
		reached[3][189] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 50: // STATE 123 - /tmp/hd/tests/model/cleaning.pml:93 - [may_remove = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][123] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 0;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 51: // STATE 124 - /tmp/hd/tests/model/cleaning.pml:97 - [((file[other].lock==255))] (144:0:3 - 1)
		IfNotBlocked
		reached[3][124] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==255)))
			continue;
		/* merge: file[other].lock = _pid(144, 125, 144) */
		reached[3][125] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = ((int)((P3 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: file[other].sharers = 1(144, 126, 144) */
		reached[3][126] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		/* merge: may_remove = 1(144, 127, 144) */
		reached[3][127] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 1;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		/* merge: .(goto)(144, 130, 144) */
		reached[3][130] = 1;
		;
		/* merge: .(goto)(0, 135, 144) */
		reached[3][135] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 52: // STATE 130 - /tmp/hd/tests/model/cleaning.pml:97 - [.(goto)] (0:144:0 - 2)
		IfNotBlocked
		reached[3][130] = 1;
		;
		/* merge: .(goto)(0, 135, 144) */
		reached[3][135] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 53: // STATE 132 - /tmp/hd/tests/model/cleaning.pml:97 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][132] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 54: // STATE 136 - /tmp/hd/tests/model/cleaning.pml:106 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][136] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 55: // STATE 137 - /tmp/hd/tests/model/cleaning.pml:106 - [may_remove = (bound==other)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][137] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = (((int)now.bound)==((int)((P3 *)_this)->other));
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 56: // STATE 139 - /tmp/hd/tests/model/cleaning.pml:106 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][139] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 57: // STATE 146 - /tmp/hd/tests/model/cleaning.pml:111 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][146] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 58: // STATE 147 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (184:0:2 - 1)
		IfNotBlocked
		reached[3][147] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(184, 148, 184) */
		reached[3][148] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P3 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(184, 149, 184) */
		reached[3][149] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(184, 150, 184) */
		reached[3][150] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(184, 153, 184) */
		reached[3][153] = 1;
		;
		/* merge: .(goto)(0, 159, 184) */
		reached[3][159] = 1;
		;
		/* merge: .(goto)(0, 162, 184) */
		reached[3][162] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 59: // STATE 153 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:184:0 - 2)
		IfNotBlocked
		reached[3][153] = 1;
		;
		/* merge: .(goto)(0, 159, 184) */
		reached[3][159] = 1;
		;
		/* merge: .(goto)(0, 162, 184) */
		reached[3][162] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 60: // STATE 156 - /tmp/hd/tests/model/cleaning.pml:111 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][156] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 61: // STATE 163 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][163] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 62: // STATE 164 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (169:0:1 - 1)
		IfNotBlocked
		reached[3][164] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==((int)((P3 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 165, 169) */
		reached[3][165] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 63: // STATE 166 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (406:0:5 - 1)
		IfNotBlocked
		reached[3][166] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(406, 167, 406) */
		reached[3][167] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(406, 170, 406) */
		reached[3][170] = 1;
		;
		/* merge: .(goto)(406, 173, 406) */
		reached[3][173] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(406, 175, 406) */
		reached[3][175] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(406, 176, 406) */
		reached[3][176] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 179, 406) */
		reached[3][179] = 1;
		;
		/* merge: .(goto)(406, 185, 406) */
		reached[3][185] = 1;
		;
		/* merge: .(goto)(406, 187, 406) */
		reached[3][187] = 1;
		;
		/* merge: is_due = 1(406, 189, 406) */
		reached[3][189] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 11 */
	case 64: // STATE 175 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:406:4 - 5)
		IfNotBlocked
		reached[3][175] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(406, 176, 406) */
		reached[3][176] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 179, 406) */
		reached[3][179] = 1;
		;
		/* merge: .(goto)(406, 185, 406) */
		reached[3][185] = 1;
		;
		/* merge: .(goto)(406, 187, 406) */
		reached[3][187] = 1;
		;
		/* merge: is_due = 1(406, 189, 406) */
		reached[3][189] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 65: // STATE 179 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:406:1 - 2)
		IfNotBlocked
		reached[3][179] = 1;
		;
		/* merge: .(goto)(406, 185, 406) */
		reached[3][185] = 1;
		;
		/* merge: .(goto)(406, 187, 406) */
		reached[3][187] = 1;
		;
		/* merge: is_due = 1(406, 189, 406) */
		reached[3][189] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 66: // STATE 182 - /tmp/hd/tests/model/cleaning.pml:112 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][182] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 67: // STATE 189 - /tmp/hd/tests/model/cleaning.pml:188 - [is_due = 1] (0:406:1 - 4)
		IfNotBlocked
		reached[3][189] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 68: // STATE 190 - /tmp/hd/tests/model/cleaning.pml:190 - [(((seen!=255)&&is_locked))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][190] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&&((int)((P3 *)_this)->is_locked))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.oval = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 69: // STATE 191 - /tmp/hd/tests/model/cleaning.pml:193 - [(ended[file[seen].life])] (406:0:2 - 1)
		IfNotBlocked
		reached[3][191] = 1;
		if (!(((int)now.ended[ Index(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life), 3) ])))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		/* merge: is_due = 1(406, 192, 406) */
		reached[3][192] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(406, 196, 406) */
		reached[3][196] = 1;
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 70: // STATE 196 - /tmp/hd/tests/model/cleaning.pml:202 - [.(goto)] (0:406:0 - 2)
		IfNotBlocked
		reached[3][196] = 1;
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 71: // STATE 194 - /tmp/hd/tests/model/cleaning.pml:200 - [pidfd = file[seen].life] (0:406:1 - 1)
		IfNotBlocked
		reached[3][194] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = ((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life);
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: .(goto)(406, 196, 406) */
		reached[3][196] = 1;
		;
		/* merge: .(goto)(0, 199, 406) */
		reached[3][199] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 72: // STATE 201 - /tmp/hd/tests/model/cleaning.pml:232 - [(((pidfd!=255)&&ended[pidfd]))] (301:0:3 - 1)
		IfNotBlocked
		reached[3][201] = 1;
		if (!(((((int)((P3 *)_this)->pidfd)!=255)&&((int)now.ended[ Index(((int)((P3 *)_this)->pidfd), 3) ]))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: pidfd */  (trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->pidfd;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->pidfd = 0;
		/* merge: pidfd = 255(0, 202, 301) */
		reached[3][202] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = 255;
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: pidfd */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->pidfd = 0;
		_m = 3; goto P999; /* 1 */
	case 73: // STATE 204 - /tmp/hd/tests/model/cleaning.pml:177 - [seen = bound] (0:299:4 - 1)
		IfNotBlocked
		reached[3][204] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->seen);
		((P3 *)_this)->seen = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:seen", ((int)((P3 *)_this)->seen));
#endif
		;
		/* merge: is_locked = ((seen!=255)&&(file[seen].lock!=255))(299, 205, 299) */
		reached[3][205] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_locked);
		((P3 *)_this)->is_locked = ((((int)((P3 *)_this)->seen)!=255)&&(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].lock)!=255));
#ifdef VAR_RANGES
		logval("watcher:is_locked", ((int)((P3 *)_this)->is_locked));
#endif
		;
		/* merge: pidfd = 255(299, 206, 299) */
		reached[3][206] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = 255;
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: is_due = 0(299, 207, 299) */
		reached[3][207] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 0;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 74: // STATE 209 - /tmp/hd/tests/model/cleaning.pml:183 - [((seen==255))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][209] = 1;
		if (!((((int)((P3 *)_this)->seen)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.oval = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		_m = 3; goto P999; /* 0 */
	case 75: // STATE 210 - /tmp/hd/tests/model/cleaning.pml:184 - [(((seen!=255)&&!(is_locked)))] (0:0:2 - 1)
		IfNotBlocked
		reached[3][210] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&& !(((int)((P3 *)_this)->is_locked)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.ovals[1] = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 76: // STATE 211 - /tmp/hd/tests/model/cleaning.pml:89 - [other = bound] (0:0:1 - 1)
		IfNotBlocked
		reached[3][211] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 77: // STATE 212 - /tmp/hd/tests/model/cleaning.pml:89 - [((other!=255))] (287:0:1 - 1)
		IfNotBlocked
		reached[3][212] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		/* merge: file[other].holders = (file[other].holders+1)(287, 213, 287) */
		reached[3][213] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: .(goto)(287, 216, 287) */
		reached[3][216] = 1;
		;
		/* merge: .(goto)(0, 221, 287) */
		reached[3][221] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 78: // STATE 216 - /tmp/hd/tests/model/cleaning.pml:89 - [.(goto)] (0:287:0 - 2)
		IfNotBlocked
		reached[3][216] = 1;
		;
		/* merge: .(goto)(0, 221, 287) */
		reached[3][221] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 79: // STATE 218 - /tmp/hd/tests/model/cleaning.pml:89 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][218] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 80: // STATE 222 - /tmp/hd/tests/model/cleaning.pml:91 - [((other==255))] (406:0:2 - 1)
		IfNotBlocked
		reached[3][222] = 1;
		if (!((((int)((P3 *)_this)->other)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: other */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->other;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 288, 406) */
		reached[3][288] = 1;
		;
		/* merge: is_due = 1(406, 290, 406) */
		reached[3][290] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 81: // STATE 224 - /tmp/hd/tests/model/cleaning.pml:93 - [may_remove = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][224] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 0;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 82: // STATE 225 - /tmp/hd/tests/model/cleaning.pml:97 - [((file[other].lock==255))] (245:0:3 - 1)
		IfNotBlocked
		reached[3][225] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==255)))
			continue;
		/* merge: file[other].lock = _pid(245, 226, 245) */
		reached[3][226] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = ((int)((P3 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: file[other].sharers = 1(245, 227, 245) */
		reached[3][227] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		/* merge: may_remove = 1(245, 228, 245) */
		reached[3][228] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 1;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		/* merge: .(goto)(245, 231, 245) */
		reached[3][231] = 1;
		;
		/* merge: .(goto)(0, 236, 245) */
		reached[3][236] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 83: // STATE 231 - /tmp/hd/tests/model/cleaning.pml:97 - [.(goto)] (0:245:0 - 2)
		IfNotBlocked
		reached[3][231] = 1;
		;
		/* merge: .(goto)(0, 236, 245) */
		reached[3][236] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 84: // STATE 233 - /tmp/hd/tests/model/cleaning.pml:97 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][233] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 85: // STATE 237 - /tmp/hd/tests/model/cleaning.pml:106 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][237] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 86: // STATE 238 - /tmp/hd/tests/model/cleaning.pml:106 - [may_remove = (bound==other)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][238] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = (((int)now.bound)==((int)((P3 *)_this)->other));
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 87: // STATE 240 - /tmp/hd/tests/model/cleaning.pml:106 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][240] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 88: // STATE 247 - /tmp/hd/tests/model/cleaning.pml:111 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][247] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 89: // STATE 248 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (285:0:2 - 1)
		IfNotBlocked
		reached[3][248] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(285, 249, 285) */
		reached[3][249] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P3 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(285, 250, 285) */
		reached[3][250] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(285, 251, 285) */
		reached[3][251] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(285, 254, 285) */
		reached[3][254] = 1;
		;
		/* merge: .(goto)(0, 260, 285) */
		reached[3][260] = 1;
		;
		/* merge: .(goto)(0, 263, 285) */
		reached[3][263] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 90: // STATE 254 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:285:0 - 2)
		IfNotBlocked
		reached[3][254] = 1;
		;
		/* merge: .(goto)(0, 260, 285) */
		reached[3][260] = 1;
		;
		/* merge: .(goto)(0, 263, 285) */
		reached[3][263] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 91: // STATE 257 - /tmp/hd/tests/model/cleaning.pml:111 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][257] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 92: // STATE 264 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][264] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 93: // STATE 265 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (270:0:1 - 1)
		IfNotBlocked
		reached[3][265] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==((int)((P3 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 266, 270) */
		reached[3][266] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 94: // STATE 267 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (406:0:5 - 1)
		IfNotBlocked
		reached[3][267] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(406, 268, 406) */
		reached[3][268] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(406, 271, 406) */
		reached[3][271] = 1;
		;
		/* merge: .(goto)(406, 274, 406) */
		reached[3][274] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(406, 276, 406) */
		reached[3][276] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(406, 277, 406) */
		reached[3][277] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 280, 406) */
		reached[3][280] = 1;
		;
		/* merge: .(goto)(406, 286, 406) */
		reached[3][286] = 1;
		;
		/* merge: .(goto)(406, 288, 406) */
		reached[3][288] = 1;
		;
		/* merge: is_due = 1(406, 290, 406) */
		reached[3][290] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 11 */
	case 95: // STATE 276 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:406:4 - 5)
		IfNotBlocked
		reached[3][276] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(406, 277, 406) */
		reached[3][277] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 280, 406) */
		reached[3][280] = 1;
		;
		/* merge: .(goto)(406, 286, 406) */
		reached[3][286] = 1;
		;
		/* merge: .(goto)(406, 288, 406) */
		reached[3][288] = 1;
		;
		/* merge: is_due = 1(406, 290, 406) */
		reached[3][290] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 96: // STATE 280 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:406:1 - 2)
		IfNotBlocked
		reached[3][280] = 1;
		;
		/* merge: .(goto)(406, 286, 406) */
		reached[3][286] = 1;
		;
		/* merge: .(goto)(406, 288, 406) */
		reached[3][288] = 1;
		;
		/* merge: is_due = 1(406, 290, 406) */
		reached[3][290] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 97: // STATE 283 - /tmp/hd/tests/model/cleaning.pml:112 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][283] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 98: // STATE 290 - /tmp/hd/tests/model/cleaning.pml:188 - [is_due = 1] (0:406:1 - 4)
		IfNotBlocked
		reached[3][290] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 99: // STATE 291 - /tmp/hd/tests/model/cleaning.pml:190 - [(((seen!=255)&&is_locked))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][291] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&&((int)((P3 *)_this)->is_locked))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.oval = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 100: // STATE 292 - /tmp/hd/tests/model/cleaning.pml:193 - [(ended[file[seen].life])] (406:0:2 - 1)
		IfNotBlocked
		reached[3][292] = 1;
		if (!(((int)now.ended[ Index(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life), 3) ])))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		/* merge: is_due = 1(406, 293, 406) */
		reached[3][293] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(406, 297, 406) */
		reached[3][297] = 1;
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 101: // STATE 297 - /tmp/hd/tests/model/cleaning.pml:202 - [.(goto)] (0:406:0 - 2)
		IfNotBlocked
		reached[3][297] = 1;
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 102: // STATE 295 - /tmp/hd/tests/model/cleaning.pml:200 - [pidfd = file[seen].life] (0:406:1 - 1)
		IfNotBlocked
		reached[3][295] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = ((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life);
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: .(goto)(406, 297, 406) */
		reached[3][297] = 1;
		;
		/* merge: .(goto)(0, 300, 406) */
		reached[3][300] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 103: // STATE 302 - /tmp/hd/tests/model/cleaning.pml:233 - [(is_due)] (402:0:2 - 1)
		IfNotBlocked
		reached[3][302] = 1;
		if (!(((int)((P3 *)_this)->is_due)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_due */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->is_due;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_due = 0;
		/* merge: is_due = 0(0, 303, 402) */
		reached[3][303] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 0;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 104: // STATE 305 - /tmp/hd/tests/model/cleaning.pml:177 - [seen = bound] (0:400:4 - 1)
		IfNotBlocked
		reached[3][305] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->seen);
		((P3 *)_this)->seen = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:seen", ((int)((P3 *)_this)->seen));
#endif
		;
		/* merge: is_locked = ((seen!=255)&&(file[seen].lock!=255))(400, 306, 400) */
		reached[3][306] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_locked);
		((P3 *)_this)->is_locked = ((((int)((P3 *)_this)->seen)!=255)&&(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].lock)!=255));
#ifdef VAR_RANGES
		logval("watcher:is_locked", ((int)((P3 *)_this)->is_locked));
#endif
		;
		/* merge: pidfd = 255(400, 307, 400) */
		reached[3][307] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = 255;
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: is_due = 0(400, 308, 400) */
		reached[3][308] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 0;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 105: // STATE 310 - /tmp/hd/tests/model/cleaning.pml:183 - [((seen==255))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][310] = 1;
		if (!((((int)((P3 *)_this)->seen)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.oval = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		_m = 3; goto P999; /* 0 */
	case 106: // STATE 311 - /tmp/hd/tests/model/cleaning.pml:184 - [(((seen!=255)&&!(is_locked)))] (0:0:2 - 1)
		IfNotBlocked
		reached[3][311] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&& !(((int)((P3 *)_this)->is_locked)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.ovals[1] = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 107: // STATE 312 - /tmp/hd/tests/model/cleaning.pml:89 - [other = bound] (0:0:1 - 1)
		IfNotBlocked
		reached[3][312] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = ((int)now.bound);
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 108: // STATE 313 - /tmp/hd/tests/model/cleaning.pml:89 - [((other!=255))] (388:0:1 - 1)
		IfNotBlocked
		reached[3][313] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		/* merge: file[other].holders = (file[other].holders+1)(388, 314, 388) */
		reached[3][314] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: .(goto)(388, 317, 388) */
		reached[3][317] = 1;
		;
		/* merge: .(goto)(0, 322, 388) */
		reached[3][322] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 109: // STATE 317 - /tmp/hd/tests/model/cleaning.pml:89 - [.(goto)] (0:388:0 - 2)
		IfNotBlocked
		reached[3][317] = 1;
		;
		/* merge: .(goto)(0, 322, 388) */
		reached[3][322] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 110: // STATE 319 - /tmp/hd/tests/model/cleaning.pml:89 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][319] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 111: // STATE 323 - /tmp/hd/tests/model/cleaning.pml:91 - [((other==255))] (406:0:2 - 1)
		IfNotBlocked
		reached[3][323] = 1;
		if (!((((int)((P3 *)_this)->other)==255)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: other */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->other;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 389, 406) */
		reached[3][389] = 1;
		;
		/* merge: is_due = 1(406, 391, 406) */
		reached[3][391] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 112: // STATE 325 - /tmp/hd/tests/model/cleaning.pml:93 - [may_remove = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][325] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 0;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 113: // STATE 326 - /tmp/hd/tests/model/cleaning.pml:97 - [((file[other].lock==255))] (346:0:3 - 1)
		IfNotBlocked
		reached[3][326] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==255)))
			continue;
		/* merge: file[other].lock = _pid(346, 327, 346) */
		reached[3][327] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = ((int)((P3 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: file[other].sharers = 1(346, 328, 346) */
		reached[3][328] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		/* merge: may_remove = 1(346, 329, 346) */
		reached[3][329] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = 1;
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		/* merge: .(goto)(346, 332, 346) */
		reached[3][332] = 1;
		;
		/* merge: .(goto)(0, 337, 346) */
		reached[3][337] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 114: // STATE 332 - /tmp/hd/tests/model/cleaning.pml:97 - [.(goto)] (0:346:0 - 2)
		IfNotBlocked
		reached[3][332] = 1;
		;
		/* merge: .(goto)(0, 337, 346) */
		reached[3][337] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 115: // STATE 334 - /tmp/hd/tests/model/cleaning.pml:97 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][334] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 116: // STATE 338 - /tmp/hd/tests/model/cleaning.pml:106 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][338] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 117: // STATE 339 - /tmp/hd/tests/model/cleaning.pml:106 - [may_remove = (bound==other)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][339] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->may_remove);
		((P3 *)_this)->may_remove = (((int)now.bound)==((int)((P3 *)_this)->other));
#ifdef VAR_RANGES
		logval("watcher:may_remove", ((int)((P3 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 118: // STATE 341 - /tmp/hd/tests/model/cleaning.pml:106 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][341] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 119: // STATE 348 - /tmp/hd/tests/model/cleaning.pml:111 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][348] = 1;
		if (!(((int)((P3 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P3 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 120: // STATE 349 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (386:0:2 - 1)
		IfNotBlocked
		reached[3][349] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(386, 350, 386) */
		reached[3][350] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P3 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(386, 351, 386) */
		reached[3][351] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(386, 352, 386) */
		reached[3][352] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(386, 355, 386) */
		reached[3][355] = 1;
		;
		/* merge: .(goto)(0, 361, 386) */
		reached[3][361] = 1;
		;
		/* merge: .(goto)(0, 364, 386) */
		reached[3][364] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 121: // STATE 355 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:386:0 - 2)
		IfNotBlocked
		reached[3][355] = 1;
		;
		/* merge: .(goto)(0, 361, 386) */
		reached[3][361] = 1;
		;
		/* merge: .(goto)(0, 364, 386) */
		reached[3][364] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 122: // STATE 358 - /tmp/hd/tests/model/cleaning.pml:111 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][358] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 123: // STATE 365 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][365] = 1;
		if (!((((int)((P3 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 124: // STATE 366 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (371:0:1 - 1)
		IfNotBlocked
		reached[3][366] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock)==((int)((P3 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 367, 371) */
		reached[3][367] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].sharers", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 125: // STATE 368 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (406:0:5 - 1)
		IfNotBlocked
		reached[3][368] = 1;
		if (!((((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(406, 369, 406) */
		reached[3][369] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock);
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[watcher:other].lock", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(406, 372, 406) */
		reached[3][372] = 1;
		;
		/* merge: .(goto)(406, 375, 406) */
		reached[3][375] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(406, 377, 406) */
		reached[3][377] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(406, 378, 406) */
		reached[3][378] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 381, 406) */
		reached[3][381] = 1;
		;
		/* merge: .(goto)(406, 387, 406) */
		reached[3][387] = 1;
		;
		/* merge: .(goto)(406, 389, 406) */
		reached[3][389] = 1;
		;
		/* merge: is_due = 1(406, 391, 406) */
		reached[3][391] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 11 */
	case 126: // STATE 377 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:406:4 - 5)
		IfNotBlocked
		reached[3][377] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders);
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[watcher:other].holders", ((int)now.file[ Index(((int)((P3 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(406, 378, 406) */
		reached[3][378] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->other);
		((P3 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("watcher:other", ((int)((P3 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->other = 0;
		/* merge: .(goto)(406, 381, 406) */
		reached[3][381] = 1;
		;
		/* merge: .(goto)(406, 387, 406) */
		reached[3][387] = 1;
		;
		/* merge: .(goto)(406, 389, 406) */
		reached[3][389] = 1;
		;
		/* merge: is_due = 1(406, 391, 406) */
		reached[3][391] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 127: // STATE 381 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:406:1 - 2)
		IfNotBlocked
		reached[3][381] = 1;
		;
		/* merge: .(goto)(406, 387, 406) */
		reached[3][387] = 1;
		;
		/* merge: .(goto)(406, 389, 406) */
		reached[3][389] = 1;
		;
		/* merge: is_due = 1(406, 391, 406) */
		reached[3][391] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 128: // STATE 384 - /tmp/hd/tests/model/cleaning.pml:112 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][384] = 1;
		if (!(((int)((P3 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P3 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 129: // STATE 391 - /tmp/hd/tests/model/cleaning.pml:188 - [is_due = 1] (0:406:1 - 4)
		IfNotBlocked
		reached[3][391] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 130: // STATE 392 - /tmp/hd/tests/model/cleaning.pml:190 - [(((seen!=255)&&is_locked))] (0:0:1 - 1)
		IfNotBlocked
		reached[3][392] = 1;
		if (!(((((int)((P3 *)_this)->seen)!=255)&&((int)((P3 *)_this)->is_locked))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_locked */  (trpt+1)->bup.oval = ((P3 *)_this)->is_locked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_locked = 0;
		_m = 3; goto P999; /* 0 */
	case 131: // STATE 393 - /tmp/hd/tests/model/cleaning.pml:193 - [(ended[file[seen].life])] (406:0:2 - 1)
		IfNotBlocked
		reached[3][393] = 1;
		if (!(((int)now.ended[ Index(((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life), 3) ])))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: seen */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->seen;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->seen = 0;
		/* merge: is_due = 1(406, 394, 406) */
		reached[3][394] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P3 *)_this)->is_due);
		((P3 *)_this)->is_due = 1;
#ifdef VAR_RANGES
		logval("watcher:is_due", ((int)((P3 *)_this)->is_due));
#endif
		;
		/* merge: .(goto)(406, 398, 406) */
		reached[3][398] = 1;
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 132: // STATE 398 - /tmp/hd/tests/model/cleaning.pml:202 - [.(goto)] (0:406:0 - 2)
		IfNotBlocked
		reached[3][398] = 1;
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 133: // STATE 396 - /tmp/hd/tests/model/cleaning.pml:200 - [pidfd = file[seen].life] (0:406:1 - 1)
		IfNotBlocked
		reached[3][396] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->pidfd);
		((P3 *)_this)->pidfd = ((int)now.file[ Index(((int)((P3 *)_this)->seen), 5) ].life);
#ifdef VAR_RANGES
		logval("watcher:pidfd", ((int)((P3 *)_this)->pidfd));
#endif
		;
		/* merge: .(goto)(406, 398, 406) */
		reached[3][398] = 1;
		;
		/* merge: .(goto)(0, 401, 406) */
		reached[3][401] = 1;
		;
		/* merge: .(goto)(0, 407, 406) */
		reached[3][407] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 134: // STATE 403 - /tmp/hd/tests/model/cleaning.pml:235 - [(((((running==0)&&!(is_told))&&!(is_due))&&((pidfd==255)||!(ended[pidfd]))))] (409:0:2 - 1)
		IfNotBlocked
		reached[3][403] = 1;
		if (!(((((((int)now.running)==0)&& !(((int)now.is_told)))&& !(((int)((P3 *)_this)->is_due)))&&((((int)((P3 *)_this)->pidfd)==255)|| !(((int)now.ended[ Index(((int)((P3 *)_this)->pidfd), 3) ]))))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_due */  (trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((P3 *)_this)->is_due;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->is_due = 0;
		if (TstOnly) return 1; /* TT */
		/* dead 1: pidfd */  (trpt+1)->bup.ovals[1] = ((P3 *)_this)->pidfd;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->pidfd = 0;
		/* merge: goto :b2(0, 404, 409) */
		reached[3][404] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 135: // STATE 409 - /tmp/hd/tests/model/cleaning.pml:238 - [assert((bound==255))] (0:0:0 - 42)
		IfNotBlocked
		reached[3][409] = 1;
		spin_assert((((int)now.bound)==255), "(bound==255)", II, tt, t);
		_m = 3; goto P999; /* 0 */
	case 136: // STATE 410 - /tmp/hd/tests/model/cleaning.pml:239 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[3][410] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC cleaner */
	case 137: // STATE 1 - /tmp/hd/tests/model/cleaning.pml:89 - [other = bound] (0:0:1 - 1)
		IfNotBlocked
		reached[2][1] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->other);
		((P2 *)_this)->other = ((int)now.bound);
#ifdef VAR_RANGES
		logval("cleaner:other", ((int)((P2 *)_this)->other));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 138: // STATE 2 - /tmp/hd/tests/model/cleaning.pml:89 - [((other!=255))] (77:0:1 - 1)
		IfNotBlocked
		reached[2][2] = 1;
		if (!((((int)((P2 *)_this)->other)!=255)))
			continue;
		/* merge: file[other].holders = (file[other].holders+1)(77, 3, 77) */
		reached[2][3] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders);
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].holders", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: .(goto)(77, 6, 77) */
		reached[2][6] = 1;
		;
		/* merge: .(goto)(0, 11, 77) */
		reached[2][11] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 139: // STATE 6 - /tmp/hd/tests/model/cleaning.pml:89 - [.(goto)] (0:77:0 - 2)
		IfNotBlocked
		reached[2][6] = 1;
		;
		/* merge: .(goto)(0, 11, 77) */
		reached[2][11] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 140: // STATE 8 - /tmp/hd/tests/model/cleaning.pml:89 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][8] = 1;
		if (!(((int)((P2 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P2 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 141: // STATE 12 - /tmp/hd/tests/model/cleaning.pml:91 - [((other==255))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][12] = 1;
		if (!((((int)((P2 *)_this)->other)==255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 142: // STATE 14 - /tmp/hd/tests/model/cleaning.pml:93 - [may_remove = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[2][14] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->may_remove);
		((P2 *)_this)->may_remove = 0;
#ifdef VAR_RANGES
		logval("cleaner:may_remove", ((int)((P2 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 143: // STATE 15 - /tmp/hd/tests/model/cleaning.pml:97 - [((file[other].lock==255))] (35:0:3 - 1)
		IfNotBlocked
		reached[2][15] = 1;
		if (!((((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock)==255)))
			continue;
		/* merge: file[other].lock = _pid(35, 16, 35) */
		reached[2][16] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock);
		now.file[ Index(((P2 *)_this)->other, 5) ].lock = ((int)((P2 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[cleaner:other].lock", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: file[other].sharers = 1(35, 17, 35) */
		reached[2][17] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P2 *)_this)->other, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[cleaner:other].sharers", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers));
#endif
		;
		/* merge: may_remove = 1(35, 18, 35) */
		reached[2][18] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P2 *)_this)->may_remove);
		((P2 *)_this)->may_remove = 1;
#ifdef VAR_RANGES
		logval("cleaner:may_remove", ((int)((P2 *)_this)->may_remove));
#endif
		;
		/* merge: .(goto)(35, 21, 35) */
		reached[2][21] = 1;
		;
		/* merge: .(goto)(0, 26, 35) */
		reached[2][26] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 144: // STATE 21 - /tmp/hd/tests/model/cleaning.pml:97 - [.(goto)] (0:35:0 - 2)
		IfNotBlocked
		reached[2][21] = 1;
		;
		/* merge: .(goto)(0, 26, 35) */
		reached[2][26] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 145: // STATE 23 - /tmp/hd/tests/model/cleaning.pml:97 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][23] = 1;
		if (!(((int)((P2 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P2 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 146: // STATE 27 - /tmp/hd/tests/model/cleaning.pml:106 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][27] = 1;
		if (!(((int)((P2 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P2 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 147: // STATE 28 - /tmp/hd/tests/model/cleaning.pml:106 - [may_remove = (bound==other)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][28] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->may_remove);
		((P2 *)_this)->may_remove = (((int)now.bound)==((int)((P2 *)_this)->other));
#ifdef VAR_RANGES
		logval("cleaner:may_remove", ((int)((P2 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 148: // STATE 30 - /tmp/hd/tests/model/cleaning.pml:106 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][30] = 1;
		if (!(((int)((P2 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P2 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 149: // STATE 37 - /tmp/hd/tests/model/cleaning.pml:111 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][37] = 1;
		if (!(((int)((P2 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P2 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 150: // STATE 38 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (75:0:2 - 1)
		IfNotBlocked
		reached[2][38] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(75, 39, 75) */
		reached[2][39] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P2 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(75, 40, 75) */
		reached[2][40] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(75, 41, 75) */
		reached[2][41] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(75, 44, 75) */
		reached[2][44] = 1;
		;
		/* merge: .(goto)(0, 50, 75) */
		reached[2][50] = 1;
		;
		/* merge: .(goto)(0, 53, 75) */
		reached[2][53] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 151: // STATE 44 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:75:0 - 2)
		IfNotBlocked
		reached[2][44] = 1;
		;
		/* merge: .(goto)(0, 50, 75) */
		reached[2][50] = 1;
		;
		/* merge: .(goto)(0, 53, 75) */
		reached[2][53] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 152: // STATE 47 - /tmp/hd/tests/model/cleaning.pml:111 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][47] = 1;
		if (!(((int)((P2 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P2 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 153: // STATE 54 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][54] = 1;
		if (!((((int)((P2 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 154: // STATE 55 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (60:0:1 - 1)
		IfNotBlocked
		reached[2][55] = 1;
		if (!((((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock)==((int)((P2 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 56, 60) */
		reached[2][56] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P2 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].sharers", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 155: // STATE 57 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (99:0:3 - 1)
		IfNotBlocked
		reached[2][57] = 1;
		if (!((((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(99, 58, 99) */
		reached[2][58] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock);
		now.file[ Index(((P2 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[cleaner:other].lock", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(99, 61, 99) */
		reached[2][61] = 1;
		;
		/* merge: .(goto)(99, 64, 99) */
		reached[2][64] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(99, 66, 99) */
		reached[2][66] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders);
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].holders", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(99, 67, 99) */
		reached[2][67] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P2 *)_this)->other);
		((P2 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("cleaner:other", ((int)((P2 *)_this)->other));
#endif
		;
		/* merge: .(goto)(99, 70, 99) */
		reached[2][70] = 1;
		;
		/* merge: .(goto)(0, 76, 99) */
		reached[2][76] = 1;
		;
		/* merge: .(goto)(0, 78, 99) */
		reached[2][78] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 156: // STATE 66 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:99:2 - 5)
		IfNotBlocked
		reached[2][66] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders);
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].holders", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(99, 67, 99) */
		reached[2][67] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P2 *)_this)->other);
		((P2 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("cleaner:other", ((int)((P2 *)_this)->other));
#endif
		;
		/* merge: .(goto)(99, 70, 99) */
		reached[2][70] = 1;
		;
		/* merge: .(goto)(0, 76, 99) */
		reached[2][76] = 1;
		;
		/* merge: .(goto)(0, 78, 99) */
		reached[2][78] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 157: // STATE 70 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:99:0 - 2)
		IfNotBlocked
		reached[2][70] = 1;
		;
		/* merge: .(goto)(0, 76, 99) */
		reached[2][76] = 1;
		;
		/* merge: .(goto)(0, 78, 99) */
		reached[2][78] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 158: // STATE 73 - /tmp/hd/tests/model/cleaning.pml:112 - [(is_mortal)] (0:0:1 - 1)
		IfNotBlocked
		reached[2][73] = 1;
		if (!(((int)((P2 *)_this)->is_mortal)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: is_mortal */  (trpt+1)->bup.oval = ((P2 *)_this)->is_mortal;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->is_mortal = 0;
		_m = 3; goto P999; /* 0 */
	case 159: // STATE 80 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][80] = 1;
		if (!((((int)((P2 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 160: // STATE 81 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (86:0:1 - 1)
		IfNotBlocked
		reached[2][81] = 1;
		if (!((((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock)==((int)((P2 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 82, 86) */
		reached[2][82] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P2 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].sharers", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 161: // STATE 83 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (100:0:5 - 1)
		IfNotBlocked
		reached[2][83] = 1;
		if (!((((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(100, 84, 100) */
		reached[2][84] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock);
		now.file[ Index(((P2 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[cleaner:other].lock", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(100, 87, 100) */
		reached[2][87] = 1;
		;
		/* merge: .(goto)(100, 90, 100) */
		reached[2][90] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(100, 92, 100) */
		reached[2][92] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders);
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].holders", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(100, 93, 100) */
		reached[2][93] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P2 *)_this)->other);
		((P2 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("cleaner:other", ((int)((P2 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->other = 0;
		/* merge: .(goto)(100, 96, 100) */
		reached[2][96] = 1;
		;
		/* merge: running = (running-1)(100, 98, 100) */
		reached[2][98] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.running);
		now.running = (((int)now.running)-1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 7 */
	case 162: // STATE 92 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:100:4 - 5)
		IfNotBlocked
		reached[2][92] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders);
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[cleaner:other].holders", ((int)now.file[ Index(((int)((P2 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(100, 93, 100) */
		reached[2][93] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P2 *)_this)->other);
		((P2 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("cleaner:other", ((int)((P2 *)_this)->other));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: other */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->other = 0;
		/* merge: .(goto)(100, 96, 100) */
		reached[2][96] = 1;
		;
		/* merge: running = (running-1)(100, 98, 100) */
		reached[2][98] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.running);
		now.running = (((int)now.running)-1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 163: // STATE 96 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:100:1 - 2)
		IfNotBlocked
		reached[2][96] = 1;
		;
		/* merge: running = (running-1)(100, 98, 100) */
		reached[2][98] = 1;
		(trpt+1)->bup.oval = ((int)now.running);
		now.running = (((int)now.running)-1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 164: // STATE 100 - /tmp/hd/tests/model/cleaning.pml:172 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[2][100] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC owner */
	case 165: // STATE 1 - /tmp/hd/tests/model/cleaning.pml:142 - [((times==0))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][1] = 1;
		if (!((((int)((P1 *)_this)->times)==0)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: times */  (trpt+1)->bup.oval = ((P1 *)_this)->times;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->times = 0;
		_m = 3; goto P999; /* 0 */
	case 166: // STATE 4 - /tmp/hd/tests/model/cleaning.pml:144 - [times = (times-1)] (0:20:3 - 1)
		IfNotBlocked
		reached[1][4] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)((P1 *)_this)->times);
		((P1 *)_this)->times = (((int)((P1 *)_this)->times)-1);
#ifdef VAR_RANGES
		logval("owner:times", ((int)((P1 *)_this)->times));
#endif
		;
		/* merge: life = lives(20, 5, 20) */
		reached[1][5] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->life);
		((P1 *)_this)->life = ((int)now.lives);
#ifdef VAR_RANGES
		logval("owner:life", ((int)((P1 *)_this)->life));
#endif
		;
		/* merge: lives = (lives+1)(20, 6, 20) */
		reached[1][6] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.lives);
		now.lives = (((int)now.lives)+1);
#ifdef VAR_RANGES
		logval("lives", ((int)now.lives));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 167: // STATE 7 - /tmp/hd/tests/model/cleaning.pml:39 - [mine = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][7] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->mine);
		((P1 *)_this)->mine = 0;
#ifdef VAR_RANGES
		logval("owner:mine", ((int)((P1 *)_this)->mine));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 168: // STATE 8 - /tmp/hd/tests/model/cleaning.pml:41 - [(((file[mine].holders==0)&&!(file[mine].named)))] (34:0:4 - 1)
		IfNotBlocked
		reached[1][8] = 1;
		if (!(((((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders)==0)&& !(((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].named)))))
			continue;
		/* merge: goto :b1(34, 9, 34) */
		reached[1][9] = 1;
		;
		/* merge: file[mine].holders = 1(34, 16, 34) */
		reached[1][16] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders);
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = 1;
#ifdef VAR_RANGES
		logval("file[owner:mine].holders", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders));
#endif
		;
		/* merge: file[mine].life = life(34, 17, 34) */
		reached[1][17] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].life);
		now.file[ Index(((P1 *)_this)->mine, 5) ].life = ((int)((P1 *)_this)->life);
#ifdef VAR_RANGES
		logval("file[owner:mine].life", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].life));
#endif
		;
		/* merge: file[mine].lock = _pid(34, 18, 34) */
		reached[1][18] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock);
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = ((int)((P1 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[owner:mine].lock", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock));
#endif
		;
		/* merge: file[mine].sharers = 1(34, 19, 34) */
		reached[1][19] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[owner:mine].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 5 */
	case 169: // STATE 11 - /tmp/hd/tests/model/cleaning.pml:42 - [mine = (mine+1)] (0:13:1 - 1)
		IfNotBlocked
		reached[1][11] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->mine);
		((P1 *)_this)->mine = (((int)((P1 *)_this)->mine)+1);
#ifdef VAR_RANGES
		logval("owner:mine", ((int)((P1 *)_this)->mine));
#endif
		;
		/* merge: assert((mine<5))(13, 12, 13) */
		reached[1][12] = 1;
		spin_assert((((int)((P1 *)_this)->mine)<5), "(mine<5)", II, tt, t);
		/* merge: .(goto)(0, 14, 13) */
		reached[1][14] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 170: // STATE 16 - /tmp/hd/tests/model/cleaning.pml:44 - [file[mine].holders = 1] (0:34:4 - 3)
		IfNotBlocked
		reached[1][16] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders);
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = 1;
#ifdef VAR_RANGES
		logval("file[owner:mine].holders", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders));
#endif
		;
		/* merge: file[mine].life = life(34, 17, 34) */
		reached[1][17] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].life);
		now.file[ Index(((P1 *)_this)->mine, 5) ].life = ((int)((P1 *)_this)->life);
#ifdef VAR_RANGES
		logval("file[owner:mine].life", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].life));
#endif
		;
		/* merge: file[mine].lock = _pid(34, 18, 34) */
		reached[1][18] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock);
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = ((int)((P1 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[owner:mine].lock", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock));
#endif
		;
		/* merge: file[mine].sharers = 1(34, 19, 34) */
		reached[1][19] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[owner:mine].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 3 */
	case 171: // STATE 22 - /tmp/hd/tests/model/cleaning.pml:51 - [linked = (bound==255)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][22] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->linked);
		((P1 *)_this)->linked = (((int)now.bound)==255);
#ifdef VAR_RANGES
		logval("owner:linked", ((int)((P1 *)_this)->linked));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 172: // STATE 23 - /tmp/hd/tests/model/cleaning.pml:53 - [(linked)] (131:0:3 - 1)
		IfNotBlocked
		reached[1][23] = 1;
		if (!(((int)((P1 *)_this)->linked)))
			continue;
		/* merge: bound = mine(131, 24, 131) */
		reached[1][24] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.bound);
		now.bound = ((int)((P1 *)_this)->mine);
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: file[mine].named = 1(131, 25, 131) */
		reached[1][25] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].named);
		now.file[ Index(((P1 *)_this)->mine, 5) ].named = 1;
#ifdef VAR_RANGES
		logval("file[owner:mine].named", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].named));
#endif
		;
		/* merge: is_told = is_followed(131, 26, 131) */
		reached[1][26] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.is_told);
		now.is_told = ((int)now.is_followed);
#ifdef VAR_RANGES
		logval("is_told", ((int)now.is_told));
#endif
		;
		/* merge: .(goto)(131, 29, 131) */
		reached[1][29] = 1;
		;
		/* merge: .(goto)(0, 35, 131) */
		reached[1][35] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 173: // STATE 29 - /tmp/hd/tests/model/cleaning.pml:59 - [.(goto)] (0:131:0 - 2)
		IfNotBlocked
		reached[1][29] = 1;
		;
		/* merge: .(goto)(0, 35, 131) */
		reached[1][35] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 174: // STATE 32 - /tmp/hd/tests/model/cleaning.pml:145 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][32] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 175: // STATE 36 - /tmp/hd/tests/model/cleaning.pml:147 - [(linked)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][36] = 1;
		if (!(((int)((P1 *)_this)->linked)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 176: // STATE 38 - /tmp/hd/tests/model/cleaning.pml:89 - [other = bound] (0:0:1 - 1)
		IfNotBlocked
		reached[1][38] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->other);
		((P1 *)_this)->other = ((int)now.bound);
#ifdef VAR_RANGES
		logval("owner:other", ((int)((P1 *)_this)->other));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 177: // STATE 39 - /tmp/hd/tests/model/cleaning.pml:89 - [((other!=255))] (114:0:1 - 1)
		IfNotBlocked
		reached[1][39] = 1;
		if (!((((int)((P1 *)_this)->other)!=255)))
			continue;
		/* merge: file[other].holders = (file[other].holders+1)(114, 40, 114) */
		reached[1][40] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders);
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[owner:other].holders", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: .(goto)(114, 43, 114) */
		reached[1][43] = 1;
		;
		/* merge: .(goto)(0, 48, 114) */
		reached[1][48] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 178: // STATE 43 - /tmp/hd/tests/model/cleaning.pml:89 - [.(goto)] (0:114:0 - 2)
		IfNotBlocked
		reached[1][43] = 1;
		;
		/* merge: .(goto)(0, 48, 114) */
		reached[1][48] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 179: // STATE 45 - /tmp/hd/tests/model/cleaning.pml:89 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][45] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 180: // STATE 49 - /tmp/hd/tests/model/cleaning.pml:91 - [((other==255))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][49] = 1;
		if (!((((int)((P1 *)_this)->other)==255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 181: // STATE 51 - /tmp/hd/tests/model/cleaning.pml:93 - [may_remove = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][51] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->may_remove);
		((P1 *)_this)->may_remove = 0;
#ifdef VAR_RANGES
		logval("owner:may_remove", ((int)((P1 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 182: // STATE 52 - /tmp/hd/tests/model/cleaning.pml:97 - [((file[other].lock==255))] (72:0:3 - 1)
		IfNotBlocked
		reached[1][52] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock)==255)))
			continue;
		/* merge: file[other].lock = _pid(72, 53, 72) */
		reached[1][53] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock);
		now.file[ Index(((P1 *)_this)->other, 5) ].lock = ((int)((P1 *)_this)->_pid);
#ifdef VAR_RANGES
		logval("file[owner:other].lock", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: file[other].sharers = 1(72, 54, 72) */
		reached[1][54] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->other, 5) ].sharers = 1;
#ifdef VAR_RANGES
		logval("file[owner:other].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers));
#endif
		;
		/* merge: may_remove = 1(72, 55, 72) */
		reached[1][55] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->may_remove);
		((P1 *)_this)->may_remove = 1;
#ifdef VAR_RANGES
		logval("owner:may_remove", ((int)((P1 *)_this)->may_remove));
#endif
		;
		/* merge: .(goto)(72, 58, 72) */
		reached[1][58] = 1;
		;
		/* merge: .(goto)(0, 63, 72) */
		reached[1][63] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 183: // STATE 58 - /tmp/hd/tests/model/cleaning.pml:97 - [.(goto)] (0:72:0 - 2)
		IfNotBlocked
		reached[1][58] = 1;
		;
		/* merge: .(goto)(0, 63, 72) */
		reached[1][63] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 184: // STATE 60 - /tmp/hd/tests/model/cleaning.pml:97 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][60] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 185: // STATE 64 - /tmp/hd/tests/model/cleaning.pml:106 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][64] = 1;
		if (!(((int)((P1 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P1 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 186: // STATE 65 - /tmp/hd/tests/model/cleaning.pml:106 - [may_remove = (bound==other)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][65] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->may_remove);
		((P1 *)_this)->may_remove = (((int)now.bound)==((int)((P1 *)_this)->other));
#ifdef VAR_RANGES
		logval("owner:may_remove", ((int)((P1 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 187: // STATE 67 - /tmp/hd/tests/model/cleaning.pml:106 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][67] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 188: // STATE 74 - /tmp/hd/tests/model/cleaning.pml:111 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][74] = 1;
		if (!(((int)((P1 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P1 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 189: // STATE 75 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (112:0:2 - 1)
		IfNotBlocked
		reached[1][75] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(112, 76, 112) */
		reached[1][76] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P1 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(112, 77, 112) */
		reached[1][77] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(112, 78, 112) */
		reached[1][78] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(112, 81, 112) */
		reached[1][81] = 1;
		;
		/* merge: .(goto)(0, 87, 112) */
		reached[1][87] = 1;
		;
		/* merge: .(goto)(0, 90, 112) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 190: // STATE 81 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:112:0 - 2)
		IfNotBlocked
		reached[1][81] = 1;
		;
		/* merge: .(goto)(0, 87, 112) */
		reached[1][87] = 1;
		;
		/* merge: .(goto)(0, 90, 112) */
		reached[1][90] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 191: // STATE 84 - /tmp/hd/tests/model/cleaning.pml:111 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][84] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 192: // STATE 91 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][91] = 1;
		if (!((((int)((P1 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 193: // STATE 92 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (97:0:1 - 1)
		IfNotBlocked
		reached[1][92] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock)==((int)((P1 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 93, 97) */
		reached[1][93] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[owner:other].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 194: // STATE 94 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (129:0:3 - 1)
		IfNotBlocked
		reached[1][94] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(129, 95, 129) */
		reached[1][95] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock);
		now.file[ Index(((P1 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[owner:other].lock", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(129, 98, 129) */
		reached[1][98] = 1;
		;
		/* merge: .(goto)(129, 101, 129) */
		reached[1][101] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(129, 103, 129) */
		reached[1][103] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders);
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[owner:other].holders", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(129, 104, 129) */
		reached[1][104] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->other);
		((P1 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("owner:other", ((int)((P1 *)_this)->other));
#endif
		;
		/* merge: .(goto)(129, 107, 129) */
		reached[1][107] = 1;
		;
		/* merge: .(goto)(0, 113, 129) */
		reached[1][113] = 1;
		;
		/* merge: .(goto)(0, 115, 129) */
		reached[1][115] = 1;
		;
		_m = 3; goto P999; /* 8 */
	case 195: // STATE 103 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:129:2 - 5)
		IfNotBlocked
		reached[1][103] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders);
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[owner:other].holders", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(129, 104, 129) */
		reached[1][104] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->other);
		((P1 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("owner:other", ((int)((P1 *)_this)->other));
#endif
		;
		/* merge: .(goto)(129, 107, 129) */
		reached[1][107] = 1;
		;
		/* merge: .(goto)(0, 113, 129) */
		reached[1][113] = 1;
		;
		/* merge: .(goto)(0, 115, 129) */
		reached[1][115] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 196: // STATE 107 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:129:0 - 2)
		IfNotBlocked
		reached[1][107] = 1;
		;
		/* merge: .(goto)(0, 113, 129) */
		reached[1][113] = 1;
		;
		/* merge: .(goto)(0, 115, 129) */
		reached[1][115] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 197: // STATE 110 - /tmp/hd/tests/model/cleaning.pml:112 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][110] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 198: // STATE 117 - /tmp/hd/tests/model/cleaning.pml:51 - [linked = (bound==255)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][117] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->linked);
		((P1 *)_this)->linked = (((int)now.bound)==255);
#ifdef VAR_RANGES
		logval("owner:linked", ((int)((P1 *)_this)->linked));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 199: // STATE 118 - /tmp/hd/tests/model/cleaning.pml:53 - [(linked)] (144:0:3 - 1)
		IfNotBlocked
		reached[1][118] = 1;
		if (!(((int)((P1 *)_this)->linked)))
			continue;
		/* merge: bound = mine(144, 119, 144) */
		reached[1][119] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.bound);
		now.bound = ((int)((P1 *)_this)->mine);
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: file[mine].named = 1(144, 120, 144) */
		reached[1][120] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].named);
		now.file[ Index(((P1 *)_this)->mine, 5) ].named = 1;
#ifdef VAR_RANGES
		logval("file[owner:mine].named", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].named));
#endif
		;
		/* merge: is_told = is_followed(144, 121, 144) */
		reached[1][121] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.is_told);
		now.is_told = ((int)now.is_followed);
#ifdef VAR_RANGES
		logval("is_told", ((int)now.is_told));
#endif
		;
		/* merge: .(goto)(144, 124, 144) */
		reached[1][124] = 1;
		;
		/* merge: .(goto)(0, 130, 144) */
		reached[1][130] = 1;
		;
		/* merge: .(goto)(0, 132, 144) */
		reached[1][132] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 200: // STATE 124 - /tmp/hd/tests/model/cleaning.pml:59 - [.(goto)] (0:144:0 - 2)
		IfNotBlocked
		reached[1][124] = 1;
		;
		/* merge: .(goto)(0, 130, 144) */
		reached[1][130] = 1;
		;
		/* merge: .(goto)(0, 132, 144) */
		reached[1][132] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 201: // STATE 127 - /tmp/hd/tests/model/cleaning.pml:148 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][127] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 202: // STATE 133 - /tmp/hd/tests/model/cleaning.pml:151 - [((linked&&forks))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][133] = 1;
		if (!((((int)((P1 *)_this)->linked)&&((int)((P1 *)_this)->forks))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 203: // STATE 134 - /tmp/hd/tests/model/cleaning.pml:152 - [file[mine].sharers = (file[mine].sharers+1)] (0:137:3 - 1)
		IfNotBlocked
		reached[1][134] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = (((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers)+1);
#ifdef VAR_RANGES
		logval("file[owner:mine].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers));
#endif
		;
		/* merge: file[mine].holders = (file[mine].holders+1)(137, 135, 137) */
		reached[1][135] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders);
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders)+1);
#ifdef VAR_RANGES
		logval("file[owner:mine].holders", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders));
#endif
		;
		/* merge: running = (running+1)(137, 136, 137) */
		reached[1][136] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.running);
		now.running = (((int)now.running)+1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 204: // STATE 137 - /tmp/hd/tests/model/cleaning.pml:152 - [(run fork_of(_pid,mine))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][137] = 1;
		if (!(addproc(II, 1, 0, ((int)((P1 *)_this)->_pid), ((int)((P1 *)_this)->mine))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 205: // STATE 139 - /tmp/hd/tests/model/cleaning.pml:152 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][139] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 206: // STATE 146 - /tmp/hd/tests/model/cleaning.pml:157 - [(linked)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][146] = 1;
		if (!(((int)((P1 *)_this)->linked)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: linked */  (trpt+1)->bup.oval = ((P1 *)_this)->linked;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->linked = 0;
		_m = 3; goto P999; /* 0 */
	case 207: // STATE 147 - /tmp/hd/tests/model/cleaning.pml:158 - [may_remove = (bound==mine)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][147] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->may_remove);
		((P1 *)_this)->may_remove = (((int)now.bound)==((int)((P1 *)_this)->mine));
#ifdef VAR_RANGES
		logval("owner:may_remove", ((int)((P1 *)_this)->may_remove));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 208: // STATE 149 - /tmp/hd/tests/model/cleaning.pml:158 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][149] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 209: // STATE 153 - /tmp/hd/tests/model/cleaning.pml:159 - [(may_remove)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][153] = 1;
		if (!(((int)((P1 *)_this)->may_remove)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: may_remove */  (trpt+1)->bup.oval = ((P1 *)_this)->may_remove;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->may_remove = 0;
		_m = 3; goto P999; /* 0 */
	case 210: // STATE 154 - /tmp/hd/tests/model/cleaning.pml:63 - [((bound!=255))] (224:0:2 - 1)
		IfNotBlocked
		reached[1][154] = 1;
		if (!((((int)now.bound)!=255)))
			continue;
		/* merge: assert((file[bound].lock==_pid))(224, 155, 224) */
		reached[1][155] = 1;
		spin_assert((((int)now.file[ Index(((int)now.bound), 5) ].lock)==((int)((P1 *)_this)->_pid)), "(file[bound].lock==_pid)", II, tt, t);
		/* merge: file[bound].named = 0(224, 156, 224) */
		reached[1][156] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)now.bound), 5) ].named);
		now.file[ Index(now.bound, 5) ].named = 0;
#ifdef VAR_RANGES
		logval("file[bound].named", ((int)now.file[ Index(((int)now.bound), 5) ].named));
#endif
		;
		/* merge: bound = 255(224, 157, 224) */
		reached[1][157] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.bound);
		now.bound = 255;
#ifdef VAR_RANGES
		logval("bound", ((int)now.bound));
#endif
		;
		/* merge: .(goto)(224, 160, 224) */
		reached[1][160] = 1;
		;
		/* merge: .(goto)(0, 166, 224) */
		reached[1][166] = 1;
		;
		/* merge: .(goto)(0, 169, 224) */
		reached[1][169] = 1;
		;
		/* merge: .(goto)(0, 172, 224) */
		reached[1][172] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 211: // STATE 160 - /tmp/hd/tests/model/cleaning.pml:69 - [.(goto)] (0:224:0 - 2)
		IfNotBlocked
		reached[1][160] = 1;
		;
		/* merge: .(goto)(0, 166, 224) */
		reached[1][166] = 1;
		;
		/* merge: .(goto)(0, 169, 224) */
		reached[1][169] = 1;
		;
		/* merge: .(goto)(0, 172, 224) */
		reached[1][172] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 212: // STATE 163 - /tmp/hd/tests/model/cleaning.pml:159 - [(is_mortal)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][163] = 1;
		if (!(((int)((P1 *)_this)->is_mortal)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 213: // STATE 173 - /tmp/hd/tests/model/cleaning.pml:119 - [ended[life] = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][173] = 1;
		(trpt+1)->bup.oval = ((int)now.ended[ Index(((int)((P1 *)_this)->life), 3) ]);
		now.ended[ Index(((P1 *)_this)->life, 3) ] = 1;
#ifdef VAR_RANGES
		logval("ended[owner:life]", ((int)now.ended[ Index(((int)((P1 *)_this)->life), 3) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 214: // STATE 175 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[mine].lock==_pid))] (180:0:1 - 1)
		IfNotBlocked
		reached[1][175] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock)==((int)((P1 *)_this)->_pid))))
			continue;
		/* merge: file[mine].sharers = (file[mine].sharers-1)(0, 176, 180) */
		reached[1][176] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = (((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[owner:mine].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 215: // STATE 177 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[mine].sharers==0))] (223:0:1 - 1)
		IfNotBlocked
		reached[1][177] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers)==0)))
			continue;
		/* merge: file[mine].lock = 255(223, 178, 223) */
		reached[1][178] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock);
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[owner:mine].lock", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock));
#endif
		;
		/* merge: .(goto)(223, 181, 223) */
		reached[1][181] = 1;
		;
		/* merge: .(goto)(223, 184, 223) */
		reached[1][184] = 1;
		;
		/* merge: .(goto)(0, 202, 223) */
		reached[1][202] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 216: // STATE 181 - /tmp/hd/tests/model/cleaning.pml:76 - [.(goto)] (0:223:0 - 2)
		IfNotBlocked
		reached[1][181] = 1;
		;
		/* merge: .(goto)(223, 184, 223) */
		reached[1][184] = 1;
		;
		/* merge: .(goto)(0, 202, 223) */
		reached[1][202] = 1;
		;
		_m = 3; goto P999; /* 2 */
	case 217: // STATE 184 - /tmp/hd/tests/model/cleaning.pml:78 - [.(goto)] (0:223:0 - 2)
		IfNotBlocked
		reached[1][184] = 1;
		;
		/* merge: .(goto)(0, 202, 223) */
		reached[1][202] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 218: // STATE 187 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[mine].lock==_pid))] (192:0:1 - 1)
		IfNotBlocked
		reached[1][187] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock)==((int)((P1 *)_this)->_pid))))
			continue;
		/* merge: file[mine].sharers = (file[mine].sharers-1)(0, 188, 192) */
		reached[1][188] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = (((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[owner:mine].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 219: // STATE 189 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[mine].sharers==0))] (200:0:1 - 1)
		IfNotBlocked
		reached[1][189] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].sharers)==0)))
			continue;
		/* merge: file[mine].lock = 255(200, 190, 200) */
		reached[1][190] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock);
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[owner:mine].lock", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].lock));
#endif
		;
		/* merge: .(goto)(200, 193, 200) */
		reached[1][193] = 1;
		;
		/* merge: .(goto)(200, 196, 200) */
		reached[1][196] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 220: // STATE 193 - /tmp/hd/tests/model/cleaning.pml:76 - [.(goto)] (0:200:0 - 2)
		IfNotBlocked
		reached[1][193] = 1;
		;
		/* merge: .(goto)(200, 196, 200) */
		reached[1][196] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 221: // STATE 196 - /tmp/hd/tests/model/cleaning.pml:78 - [.(goto)] (0:200:0 - 2)
		IfNotBlocked
		reached[1][196] = 1;
		;
		_m = 3; goto P999; /* 0 */
	case 222: // STATE 199 - /tmp/hd/tests/model/cleaning.pml:120 - [ended[life] = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][199] = 1;
		(trpt+1)->bup.oval = ((int)now.ended[ Index(((int)((P1 *)_this)->life), 3) ]);
		now.ended[ Index(((P1 *)_this)->life, 3) ] = 1;
#ifdef VAR_RANGES
		logval("ended[owner:life]", ((int)now.ended[ Index(((int)((P1 *)_this)->life), 3) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 223: // STATE 203 - /tmp/hd/tests/model/cleaning.pml:122 - [file[mine].holders = (file[mine].holders-1)] (0:222:3 - 1)
		IfNotBlocked
		reached[1][203] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders);
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[owner:mine].holders", ((int)now.file[ Index(((int)((P1 *)_this)->mine), 5) ].holders));
#endif
		;
		/* merge: mine = 255(222, 204, 222) */
		reached[1][204] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->mine);
		((P1 *)_this)->mine = 255;
#ifdef VAR_RANGES
		logval("owner:mine", ((int)((P1 *)_this)->mine));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: mine */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->mine = 0;
		_m = 3; goto P999; /* 1 */
	case 224: // STATE 205 - /tmp/hd/tests/model/cleaning.pml:82 - [((other!=255))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][205] = 1;
		if (!((((int)((P1 *)_this)->other)!=255)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 225: // STATE 206 - /tmp/hd/tests/model/cleaning.pml:73 - [((file[other].lock==_pid))] (211:0:1 - 1)
		IfNotBlocked
		reached[1][206] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock)==((int)((P1 *)_this)->_pid))))
			continue;
		/* merge: file[other].sharers = (file[other].sharers-1)(0, 207, 211) */
		reached[1][207] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers);
		now.file[ Index(((P1 *)_this)->other, 5) ].sharers = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[owner:other].sharers", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 226: // STATE 208 - /tmp/hd/tests/model/cleaning.pml:75 - [((file[other].sharers==0))] (225:0:3 - 1)
		IfNotBlocked
		reached[1][208] = 1;
		if (!((((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].sharers)==0)))
			continue;
		/* merge: file[other].lock = 255(225, 209, 225) */
		reached[1][209] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock);
		now.file[ Index(((P1 *)_this)->other, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[owner:other].lock", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].lock));
#endif
		;
		/* merge: .(goto)(225, 212, 225) */
		reached[1][212] = 1;
		;
		/* merge: .(goto)(225, 215, 225) */
		reached[1][215] = 1;
		;
		/* merge: file[other].holders = (file[other].holders-1)(225, 217, 225) */
		reached[1][217] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders);
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[owner:other].holders", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(225, 218, 225) */
		reached[1][218] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P1 *)_this)->other);
		((P1 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("owner:other", ((int)((P1 *)_this)->other));
#endif
		;
		/* merge: .(goto)(225, 221, 225) */
		reached[1][221] = 1;
		;
		/* merge: .(goto)(0, 226, 225) */
		reached[1][226] = 1;
		;
		_m = 3; goto P999; /* 7 */
	case 227: // STATE 217 - /tmp/hd/tests/model/cleaning.pml:82 - [file[other].holders = (file[other].holders-1)] (0:225:2 - 5)
		IfNotBlocked
		reached[1][217] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders);
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = (((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[owner:other].holders", ((int)now.file[ Index(((int)((P1 *)_this)->other), 5) ].holders));
#endif
		;
		/* merge: other = 255(225, 218, 225) */
		reached[1][218] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->other);
		((P1 *)_this)->other = 255;
#ifdef VAR_RANGES
		logval("owner:other", ((int)((P1 *)_this)->other));
#endif
		;
		/* merge: .(goto)(225, 221, 225) */
		reached[1][221] = 1;
		;
		/* merge: .(goto)(0, 226, 225) */
		reached[1][226] = 1;
		;
		_m = 3; goto P999; /* 3 */
	case 228: // STATE 221 - /tmp/hd/tests/model/cleaning.pml:85 - [.(goto)] (0:225:0 - 2)
		IfNotBlocked
		reached[1][221] = 1;
		;
		/* merge: .(goto)(0, 226, 225) */
		reached[1][226] = 1;
		;
		_m = 3; goto P999; /* 1 */
	case 229: // STATE 228 - /tmp/hd/tests/model/cleaning.pml:164 - [running = (running-1)] (0:0:1 - 3)
		IfNotBlocked
		reached[1][228] = 1;
		(trpt+1)->bup.oval = ((int)now.running);
		now.running = (((int)now.running)-1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 230: // STATE 229 - /tmp/hd/tests/model/cleaning.pml:165 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[1][229] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC fork_of */
	case 231: // STATE 1 - /tmp/hd/tests/model/cleaning.pml:128 - [file[held].sharers = (file[held].sharers-1)] (0:0:1 - 1)
		IfNotBlocked
		reached[0][1] = 1;
		(trpt+1)->bup.oval = ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].sharers);
		now.file[ Index(((P0 *)_this)->held, 5) ].sharers = (((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].sharers)-1);
#ifdef VAR_RANGES
		logval("file[fork_of:held].sharers", ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].sharers));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 232: // STATE 2 - /tmp/hd/tests/model/cleaning.pml:130 - [(((file[held].sharers==0)&&(file[held].lock==parent)))] (10:0:4 - 1)
		IfNotBlocked
		reached[0][2] = 1;
		if (!(((((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].sharers)==0)&&(((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].lock)==((int)((P0 *)_this)->parent)))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: parent */  (trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = ((P0 *)_this)->parent;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->parent = 0;
		/* merge: file[held].lock = 255(10, 3, 10) */
		reached[0][3] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].lock);
		now.file[ Index(((P0 *)_this)->held, 5) ].lock = 255;
#ifdef VAR_RANGES
		logval("file[fork_of:held].lock", ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].lock));
#endif
		;
		/* merge: .(goto)(10, 6, 10) */
		reached[0][6] = 1;
		;
		/* merge: file[held].holders = (file[held].holders-1)(10, 7, 10) */
		reached[0][7] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].holders);
		now.file[ Index(((P0 *)_this)->held, 5) ].holders = (((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[fork_of:held].holders", ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].holders));
#endif
		;
		/* merge: running = (running-1)(10, 8, 10) */
		reached[0][8] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.running);
		now.running = (((int)now.running)-1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 4 */
	case 233: // STATE 7 - /tmp/hd/tests/model/cleaning.pml:133 - [file[held].holders = (file[held].holders-1)] (0:10:2 - 3)
		IfNotBlocked
		reached[0][7] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].holders);
		now.file[ Index(((P0 *)_this)->held, 5) ].holders = (((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].holders)-1);
#ifdef VAR_RANGES
		logval("file[fork_of:held].holders", ((int)now.file[ Index(((int)((P0 *)_this)->held), 5) ].holders));
#endif
		;
		/* merge: running = (running-1)(10, 8, 10) */
		reached[0][8] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.running);
		now.running = (((int)now.running)-1);
#ifdef VAR_RANGES
		logval("running", ((int)now.running));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 234: // STATE 10 - /tmp/hd/tests/model/cleaning.pml:136 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[0][10] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */
	case  _T5:	/* np_ */
		if (!((!(trpt->o_pm&4) && !(trpt->tau&128))))
			continue;
		/* else fall through */
	case  _T2:	/* true */
		_m = 3; goto P999;
#undef rand
	}

