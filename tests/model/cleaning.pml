/* Cleaning at one name, for Spin: cleaners, creators, an owner that forks, and a watcher
 * (shmclean --watch), each killed before any of its steps, but for the watcher, of which more is
 * claimed. After shmheap/FORMAT.md ("Birth", "Cleaning") and reaper/watch.hpp; the steps are those
 * of clean(), Watch and WatchedHeaps. How files are born and names chosen is birth.pml's.
 *
 * One process makes a heap, ends, and is followed by another of the same pid; a second one makes a
 * heap of the same name, and a fork of it has its lock as well, and may live longer. A creator that
 * finds the name taken cleans, tries once more, and goes away. Inode numbers are used again.
 *
 * Claims: a name is unbound by the holder of its file's lock only, and never while the owner's own
 * lock is held, by a fork or by itself; and when all the others are gone and nothing is left that
 * would wake the watcher, no name is left either. */

#ifndef LIVES    /* of the processes of one pid, one after the other */
#define LIVES 1
#endif
#ifndef CLEANERS
#define CLEANERS 1
#endif
#define FILES 3  /* one for each owner and one that only has the name */
#define NOBODY 255

typedef File {
    byte holders = 0;    /* processes that have it open or mapped */
    byte life = NOBODY;  /* of its owner */
    byte lock = NOBODY;  /* whose open of the file has the lock: an owner's or a cleaner's */
    byte sharers = 0;    /* processes that have that open: more than one after a fork */
    bool named = false;
};

File file[FILES];
byte bound = NOBODY;     /* the file that the name stands for */
bool ended[LIVES + 1];   /* what pidfds tell */
byte lives = 0;          /* that began */
byte running = 0;        /* all but the watcher */

bool is_followed = false;  /* the watcher hears of names */
bool is_told = false;      /* there is such an event */

/* A step, or death in its stead, but for the watcher. */
#define STEP(action) if :: atomic { action } :: is_mortal -> goto killed fi

inline make_file() {
    mine = 0;
    do
    :: file[mine].holders == 0 && !file[mine].named -> break
    :: else -> mine++; assert(mine < FILES)
    od;
    file[mine].holders = 1;
    file[mine].life = life;
    file[mine].lock = _pid;
    file[mine].sharers = 1
}

inline link_file() {
    linked = (bound == NOBODY);
    if
    :: linked ->
        bound = mine;
        file[mine].named = true;
        is_told = is_followed
    :: else
    fi
}

inline unbind() {
    if
    :: bound != NOBODY ->
        assert(file[bound].lock == _pid);
        file[bound].named = false;
        bound = NOBODY
    :: else
    fi
}

inline drop_lock(which) {
    if
    :: file[which].lock == _pid ->
        file[which].sharers--;
        if :: file[which].sharers == 0 -> file[which].lock = NOBODY :: else fi
    :: else
    fi
}

inline close_other() {
    if
    :: other != NOBODY -> drop_lock(other); file[other].holders--; other = NOBODY
    :: else
    fi
}

/* clean() */
inline clean() {
    STEP(other = bound; if :: other != NOBODY -> file[other].holders++ :: else fi);
    if
    :: other == NOBODY
    :: else ->
        may_remove = false;
#ifdef WRONG_NO_LOCK
        STEP(may_remove = true);
#else
        STEP(if
             :: file[other].lock == NOBODY ->
                 file[other].lock = _pid;
                 file[other].sharers = 1;
                 may_remove = true
             :: else
             fi);
#endif
#ifndef WRONG_NO_COMPARE
        if :: may_remove -> STEP(may_remove = (bound == other)) :: else fi;
#endif
#ifdef WRONG_UNLOCK_FIRST
        STEP(drop_lock(other));
#endif
        if :: may_remove -> STEP(unbind()) :: else fi;
        STEP(close_other())
    fi
}

/* A pidfd may tell of the end before the lock is dropped, or after. */
inline end_life() {
    if
    :: atomic { ended[life] = true }; atomic { drop_lock(mine) }
    :: atomic { drop_lock(mine) }; atomic { ended[life] = true }
    fi;
    atomic { file[mine].holders--; mine = NOBODY; close_other() }
}

/* The fork of an owner: all that it has is the same open of the file, with the lock. */
proctype fork_of(byte parent, held) {
    atomic {
        file[held].sharers--;
        if
        :: file[held].sharers == 0 && file[held].lock == parent -> file[held].lock = NOBODY
        :: else
        fi;
        file[held].holders--;
        running--
    }
}

proctype owner(byte times; bool forks) {
    byte mine = NOBODY, other = NOBODY, life;
    bool is_mortal = true, linked = false, may_remove = false;
    do
    :: times == 0 -> break
    :: else ->
        atomic { times--; life = lives; lives++; make_file() };
        STEP(link_file());
        if
        :: linked
        :: else -> clean(); STEP(link_file())
        fi;
        if
        :: linked && forks ->
            STEP(file[mine].sharers++; file[mine].holders++; running++; run fork_of(_pid, mine))
        :: else
        fi;
        /* remove_name(), at exit: compares, then unlinks. */
        if
        :: linked ->
            STEP(may_remove = (bound == mine));
            if :: may_remove -> STEP(unbind()) :: else fi
        :: else
        fi;
killed: end_life()
    od;
    running--
}

proctype cleaner() {
    byte other = NOBODY;
    bool is_mortal = true, may_remove = false;
    clean();
killed: atomic { close_other(); running-- }
}

/* Looks, by the lock; what it waits for then: a pidfd of the owner, or time. */
inline look() {
    atomic {
        seen = bound;
        is_locked = (seen != NOBODY && file[seen].lock != NOBODY);
        pidfd = NOBODY;
        is_due = false
    };
    if
    :: seen == NOBODY
#ifdef WRONG_TRUST_PIDFD
    :: seen != NOBODY && (!is_locked || ended[file[seen].life]) ->
        atomic {
            if
            :: bound == seen ->
                assert(file[seen].lock == NOBODY);
                file[seen].named = false;
                bound = NOBODY
            :: else
            fi
        }
    :: seen != NOBODY && is_locked && !ended[file[seen].life] -> pidfd = file[seen].life
#else
    :: seen != NOBODY && !is_locked ->
        clean();
#ifndef WRONG_FORGET_LOCKED
        /* Somebody else may have had the lock, and been killed: await_change(). */
        is_due = true
#endif
    :: seen != NOBODY && is_locked ->
        atomic {
            if
            :: ended[file[seen].life] ->
                /* No pidfd to be had, or it has told already. */
#ifndef WRONG_NO_SECOND_LOOK
                is_due = true
#else
                skip
#endif
            :: else -> pidfd = file[seen].life
            fi
        }
#endif
    fi
}

proctype watcher() {
    byte other = NOBODY, seen = NOBODY, pidfd = NOBODY;
    bool is_mortal = false, may_remove = false, is_locked = false, is_due = false;
#ifdef WRONG_READ_FIRST
    look();
    is_followed = true;
#else
    is_followed = true;
    look();
#endif
    do
    :: atomic { is_told -> is_told = false }; look()
    :: atomic { pidfd != NOBODY && ended[pidfd] -> pidfd = NOBODY }; look()
    :: atomic { is_due -> is_due = false }; look()
    :: atomic {
           running == 0 && !is_told && !is_due && (pidfd == NOBODY || !ended[pidfd]) -> break
       }
    od;
killed: assert(bound == NOBODY)
}

init {
    byte each;
    atomic {
        running = 2 + CLEANERS;
        run owner(LIVES, false);
        run owner(1, true);
        for (each : 1 .. CLEANERS) { run cleaner() }
        run watcher()
    }
}
