	switch (t->back) {
	default: Uerror("bad return move");
	case  0: goto R999; /* nothing to undo */

		 /* PROC :init: */

	case 3: // STATE 1
		;
		now.running = trpt->bup.oval;
		;
		goto R999;

	case 4: // STATE 2
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 5: // STATE 3
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 6: // STATE 4
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 7: // STATE 5
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 8: // STATE 6
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 9: // STATE 8
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC watcher */

	case 10: // STATE 4
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->pidfd = trpt->bup.ovals[2];
		((P3 *)_this)->is_locked = trpt->bup.ovals[1];
		((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 11: // STATE 6
		;
	/* 0 */	((P3 *)_this)->seen = trpt->bup.oval;
		;
		;
		goto R999;

	case 12: // STATE 7
		;
	/* 1 */	((P3 *)_this)->is_locked = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 13: // STATE 8
		;
		((P3 *)_this)->other = trpt->bup.oval;
		;
		goto R999;

	case 14: // STATE 10
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.oval;
		;
		goto R999;
;
		
	case 15: // STATE 13
		goto R999;

	case 16: // STATE 15
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 17: // STATE 87
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->other = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 18: // STATE 21
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 19: // STATE 25
		;
		((P3 *)_this)->may_remove = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 20: // STATE 28
		goto R999;

	case 21: // STATE 30
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 22: // STATE 34
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 23: // STATE 35
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 24: // STATE 37
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 25: // STATE 44
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 26: // STATE 48
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 27: // STATE 51
		goto R999;

	case 28: // STATE 54
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 30: // STATE 63
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 31: // STATE 87
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 32: // STATE 87
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[2];
		((P3 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 33: // STATE 87
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 34: // STATE 80
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 35: // STATE 87
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 36: // STATE 88
		;
	/* 0 */	((P3 *)_this)->is_locked = trpt->bup.oval;
		;
		;
		goto R999;

	case 37: // STATE 90
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 38: // STATE 94
		goto R999;

	case 39: // STATE 92
		;
		((P3 *)_this)->pidfd = trpt->bup.oval;
		;
		goto R999;

	case 40: // STATE 99
		;
		now.is_followed = trpt->bup.oval;
		;
		goto R999;

	case 41: // STATE 101
		;
		now.is_told = trpt->bup.oval;
		;
		goto R999;

	case 42: // STATE 106
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->pidfd = trpt->bup.ovals[2];
		((P3 *)_this)->is_locked = trpt->bup.ovals[1];
		((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 43: // STATE 108
		;
	/* 0 */	((P3 *)_this)->seen = trpt->bup.oval;
		;
		;
		goto R999;

	case 44: // STATE 109
		;
	/* 1 */	((P3 *)_this)->is_locked = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 45: // STATE 110
		;
		((P3 *)_this)->other = trpt->bup.oval;
		;
		goto R999;

	case 46: // STATE 112
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.oval;
		;
		goto R999;
;
		
	case 47: // STATE 115
		goto R999;

	case 48: // STATE 117
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 49: // STATE 189
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->other = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 50: // STATE 123
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 51: // STATE 127
		;
		((P3 *)_this)->may_remove = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 52: // STATE 130
		goto R999;

	case 53: // STATE 132
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 54: // STATE 136
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 55: // STATE 137
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 56: // STATE 139
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 57: // STATE 146
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 58: // STATE 150
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 59: // STATE 153
		goto R999;

	case 60: // STATE 156
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 62: // STATE 165
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 63: // STATE 189
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 64: // STATE 189
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[2];
		((P3 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 65: // STATE 189
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 66: // STATE 182
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 67: // STATE 189
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 68: // STATE 190
		;
	/* 0 */	((P3 *)_this)->is_locked = trpt->bup.oval;
		;
		;
		goto R999;

	case 69: // STATE 192
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 70: // STATE 196
		goto R999;

	case 71: // STATE 194
		;
		((P3 *)_this)->pidfd = trpt->bup.oval;
		;
		goto R999;

	case 72: // STATE 202
		;
		((P3 *)_this)->pidfd = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->pidfd = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 73: // STATE 207
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->pidfd = trpt->bup.ovals[2];
		((P3 *)_this)->is_locked = trpt->bup.ovals[1];
		((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 74: // STATE 209
		;
	/* 0 */	((P3 *)_this)->seen = trpt->bup.oval;
		;
		;
		goto R999;

	case 75: // STATE 210
		;
	/* 1 */	((P3 *)_this)->is_locked = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 76: // STATE 211
		;
		((P3 *)_this)->other = trpt->bup.oval;
		;
		goto R999;

	case 77: // STATE 213
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.oval;
		;
		goto R999;
;
		
	case 78: // STATE 216
		goto R999;

	case 79: // STATE 218
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 80: // STATE 290
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->other = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 81: // STATE 224
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 82: // STATE 228
		;
		((P3 *)_this)->may_remove = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 83: // STATE 231
		goto R999;

	case 84: // STATE 233
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 85: // STATE 237
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 86: // STATE 238
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 87: // STATE 240
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 88: // STATE 247
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 89: // STATE 251
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 90: // STATE 254
		goto R999;

	case 91: // STATE 257
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 93: // STATE 266
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 94: // STATE 290
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 95: // STATE 290
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[2];
		((P3 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 96: // STATE 290
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 97: // STATE 283
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 98: // STATE 290
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 99: // STATE 291
		;
	/* 0 */	((P3 *)_this)->is_locked = trpt->bup.oval;
		;
		;
		goto R999;

	case 100: // STATE 293
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 101: // STATE 297
		goto R999;

	case 102: // STATE 295
		;
		((P3 *)_this)->pidfd = trpt->bup.oval;
		;
		goto R999;

	case 103: // STATE 303
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->is_due = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 104: // STATE 308
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->pidfd = trpt->bup.ovals[2];
		((P3 *)_this)->is_locked = trpt->bup.ovals[1];
		((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 105: // STATE 310
		;
	/* 0 */	((P3 *)_this)->seen = trpt->bup.oval;
		;
		;
		goto R999;

	case 106: // STATE 311
		;
	/* 1 */	((P3 *)_this)->is_locked = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 107: // STATE 312
		;
		((P3 *)_this)->other = trpt->bup.oval;
		;
		goto R999;

	case 108: // STATE 314
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.oval;
		;
		goto R999;
;
		
	case 109: // STATE 317
		goto R999;

	case 110: // STATE 319
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 111: // STATE 391
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->other = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 112: // STATE 325
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 113: // STATE 329
		;
		((P3 *)_this)->may_remove = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 114: // STATE 332
		goto R999;

	case 115: // STATE 334
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 116: // STATE 338
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 117: // STATE 339
		;
		((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 118: // STATE 341
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 119: // STATE 348
		;
	/* 0 */	((P3 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 120: // STATE 352
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 121: // STATE 355
		goto R999;

	case 122: // STATE 358
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 124: // STATE 367
		;
		now.file[ Index(((P3 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 125: // STATE 391
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[3];
		((P3 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 126: // STATE 391
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[2];
		((P3 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P3 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 127: // STATE 391
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 128: // STATE 384
		;
	/* 0 */	((P3 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 129: // STATE 391
		;
		((P3 *)_this)->is_due = trpt->bup.oval;
		;
		goto R999;

	case 130: // STATE 392
		;
	/* 0 */	((P3 *)_this)->is_locked = trpt->bup.oval;
		;
		;
		goto R999;

	case 131: // STATE 394
		;
		((P3 *)_this)->is_due = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->seen = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 132: // STATE 398
		goto R999;

	case 133: // STATE 396
		;
		((P3 *)_this)->pidfd = trpt->bup.oval;
		;
		goto R999;

	case 134: // STATE 403
		;
	/* 1 */	((P3 *)_this)->pidfd = trpt->bup.ovals[1];
	/* 0 */	((P3 *)_this)->is_due = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		;
		
	case 136: // STATE 410
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC cleaner */

	case 137: // STATE 1
		;
		((P2 *)_this)->other = trpt->bup.oval;
		;
		goto R999;

	case 138: // STATE 3
		;
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = trpt->bup.oval;
		;
		goto R999;
;
		
	case 139: // STATE 6
		goto R999;

	case 140: // STATE 8
		;
	/* 0 */	((P2 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 142: // STATE 14
		;
		((P2 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 143: // STATE 18
		;
		((P2 *)_this)->may_remove = trpt->bup.ovals[2];
		now.file[ Index(((P2 *)_this)->other, 5) ].sharers = trpt->bup.ovals[1];
		now.file[ Index(((P2 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 144: // STATE 21
		goto R999;

	case 145: // STATE 23
		;
	/* 0 */	((P2 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 146: // STATE 27
		;
	/* 0 */	((P2 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 147: // STATE 28
		;
		((P2 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 148: // STATE 30
		;
	/* 0 */	((P2 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;

	case 149: // STATE 37
		;
	/* 0 */	((P2 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 150: // STATE 41
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 151: // STATE 44
		goto R999;

	case 152: // STATE 47
		;
	/* 0 */	((P2 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 154: // STATE 56
		;
		now.file[ Index(((P2 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 155: // STATE 67
		;
		((P2 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P2 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 156: // STATE 67
		;
		((P2 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 157: // STATE 70
		goto R999;

	case 158: // STATE 73
		;
	/* 0 */	((P2 *)_this)->is_mortal = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 160: // STATE 82
		;
		now.file[ Index(((P2 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 161: // STATE 98
		;
		now.running = trpt->bup.ovals[3];
		((P2 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P2 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 162: // STATE 98
		;
		now.running = trpt->bup.ovals[2];
		((P2 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P2 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 163: // STATE 98
		;
		now.running = trpt->bup.oval;
		;
		goto R999;

	case 164: // STATE 100
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC owner */

	case 165: // STATE 1
		;
	/* 0 */	((P1 *)_this)->times = trpt->bup.oval;
		;
		;
		goto R999;

	case 166: // STATE 6
		;
		now.lives = trpt->bup.ovals[2];
		((P1 *)_this)->life = trpt->bup.ovals[1];
		((P1 *)_this)->times = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 167: // STATE 7
		;
		((P1 *)_this)->mine = trpt->bup.oval;
		;
		goto R999;

	case 168: // STATE 19
		;
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = trpt->bup.ovals[3];
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->mine, 5) ].life = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 169: // STATE 11
		;
		((P1 *)_this)->mine = trpt->bup.oval;
		;
		goto R999;

	case 170: // STATE 19
		;
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = trpt->bup.ovals[3];
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->mine, 5) ].life = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 171: // STATE 22
		;
		((P1 *)_this)->linked = trpt->bup.oval;
		;
		goto R999;

	case 172: // STATE 26
		;
		now.is_told = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->mine, 5) ].named = trpt->bup.ovals[1];
		now.bound = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 173: // STATE 29
		goto R999;
;
		;
		;
		;
		
	case 176: // STATE 38
		;
		((P1 *)_this)->other = trpt->bup.oval;
		;
		goto R999;

	case 177: // STATE 40
		;
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = trpt->bup.oval;
		;
		goto R999;
;
		
	case 178: // STATE 43
		goto R999;
;
		;
		;
		;
		
	case 181: // STATE 51
		;
		((P1 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;

	case 182: // STATE 55
		;
		((P1 *)_this)->may_remove = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->other, 5) ].sharers = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 183: // STATE 58
		goto R999;
;
		;
		
	case 185: // STATE 64
		;
	/* 0 */	((P1 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 186: // STATE 65
		;
		((P1 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 188: // STATE 74
		;
	/* 0 */	((P1 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 189: // STATE 78
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 190: // STATE 81
		goto R999;
;
		;
		;
		;
		
	case 193: // STATE 93
		;
		now.file[ Index(((P1 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 194: // STATE 104
		;
		((P1 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 195: // STATE 104
		;
		((P1 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 196: // STATE 107
		goto R999;
;
		;
		
	case 198: // STATE 117
		;
		((P1 *)_this)->linked = trpt->bup.oval;
		;
		goto R999;

	case 199: // STATE 121
		;
		now.is_told = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->mine, 5) ].named = trpt->bup.ovals[1];
		now.bound = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 200: // STATE 124
		goto R999;
;
		;
		;
		;
		
	case 203: // STATE 136
		;
		now.running = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 204: // STATE 137
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;
;
		;
		
	case 206: // STATE 146
		;
	/* 0 */	((P1 *)_this)->linked = trpt->bup.oval;
		;
		;
		goto R999;

	case 207: // STATE 147
		;
		((P1 *)_this)->may_remove = trpt->bup.oval;
		;
		goto R999;
;
		;
		
	case 209: // STATE 153
		;
	/* 0 */	((P1 *)_this)->may_remove = trpt->bup.oval;
		;
		;
		goto R999;

	case 210: // STATE 157
		;
		now.bound = trpt->bup.ovals[1];
		now.file[ Index(now.bound, 5) ].named = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 211: // STATE 160
		goto R999;
;
		;
		
	case 213: // STATE 173
		;
		now.ended[ Index(((P1 *)_this)->life, 3) ] = trpt->bup.oval;
		;
		goto R999;

	case 214: // STATE 176
		;
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 215: // STATE 178
		;
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = trpt->bup.oval;
		;
		goto R999;
;
		
	case 216: // STATE 181
		goto R999;
;
		
	case 217: // STATE 184
		goto R999;

	case 218: // STATE 188
		;
		now.file[ Index(((P1 *)_this)->mine, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 219: // STATE 190
		;
		now.file[ Index(((P1 *)_this)->mine, 5) ].lock = trpt->bup.oval;
		;
		goto R999;
;
		
	case 220: // STATE 193
		goto R999;
;
		
	case 221: // STATE 196
		goto R999;

	case 222: // STATE 199
		;
		now.ended[ Index(((P1 *)_this)->life, 3) ] = trpt->bup.oval;
		;
		goto R999;

	case 223: // STATE 204
		;
		((P1 *)_this)->mine = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->mine, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		;
		
	case 225: // STATE 207
		;
		now.file[ Index(((P1 *)_this)->other, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 226: // STATE 218
		;
		((P1 *)_this)->other = trpt->bup.ovals[2];
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->other, 5) ].lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;

	case 227: // STATE 218
		;
		((P1 *)_this)->other = trpt->bup.ovals[1];
		now.file[ Index(((P1 *)_this)->other, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		
	case 228: // STATE 221
		goto R999;

	case 229: // STATE 228
		;
		now.running = trpt->bup.oval;
		;
		goto R999;

	case 230: // STATE 229
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC fork_of */

	case 231: // STATE 1
		;
		now.file[ Index(((P0 *)_this)->held, 5) ].sharers = trpt->bup.oval;
		;
		goto R999;

	case 232: // STATE 8
		;
		now.running = trpt->bup.ovals[3];
		now.file[ Index(((P0 *)_this)->held, 5) ].holders = trpt->bup.ovals[2];
		now.file[ Index(((P0 *)_this)->held, 5) ].lock = trpt->bup.ovals[1];
	/* 0 */	((P0 *)_this)->parent = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 233: // STATE 8
		;
		now.running = trpt->bup.ovals[1];
		now.file[ Index(((P0 *)_this)->held, 5) ].holders = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 234: // STATE 10
		;
		p_restor(II);
		;
		;
		goto R999;
	}

