/* Birth, naming and cleaning of heaps, for Spin: every order in which processes can take these
 * steps, each of them killed before any of them. After shmheap/FORMAT.md ("Birth", "Cleaning");
 * the steps are those of HeapFile::create, take_name, HeapFile::remove_name and clean().
 *
 * Two processes that have the same pid in two pid namespaces share one directory. Each lives once or
 * more often (its pid is used again), and ends by leaving or by being killed. Two cleaners look at any name at
 * any time; creators clean too, where a name is taken. Inode numbers are used again as soon as
 * nobody holds the file.
 *
 * Claims: a name is unbound only by its heap's owner, or after that is dead; what has a name is whole
 * and locked; when everybody is gone one pass of a cleaner leaves no name.
 *
 * Each macro WRONG_... leaves a step out or swaps two: Spin must then find a broken claim. */

#define NAMES 4   /* heap-7, heap-7.A, heap-7.B, heap-7.1 */
#define FILES 5   /* each of five processes holds one at most, besides what has a name */
#define NOBODY 255

#ifndef LIVES_A  /* of the process in namespace A */
#define LIVES_A 2
#endif
#ifndef LIVES_B
#define LIVES_B 1
#endif
#ifndef CLEANERS
#define CLEANERS 1
#endif

typedef File {
    byte holders = 0;         /* processes that have it open or mapped */
    byte owner = NOBODY;      /* who made it; NOBODY as soon as that is dead or has left */
    byte lock = NOBODY;       /* who holds the owner's lock */
    bool named = false;
    bool complete = false;    /* size, header and mode are there */
};

File file[FILES];
byte bound[NAMES] = NOBODY;   /* the file that a name stands for */
byte running = 0;

/* A step, or death in its stead. */
#define STEP(action) if :: atomic { action } :: goto killed fi

inline make_file() {
    mine = 0;
    do
    :: file[mine].holders == 0 && !file[mine].named -> break
    :: else -> mine++; assert(mine < FILES)
    od;
    file[mine].holders = 1;
    file[mine].owner = _pid;
    file[mine].lock = NOBODY;
    file[mine].complete = false
}

/* One system call each: nothing comes between. linked: whether it succeeded. */
inline link_file() {
    linked = (bound[name] == NOBODY);
    if
    :: linked ->
        bound[name] = mine;
        file[mine].named = true;
        assert(file[mine].complete && file[mine].lock == _pid)
    :: else
    fi
}

inline unbind() {
    if
    :: bound[name] != NOBODY ->
        assert(file[bound[name]].owner == _pid || file[bound[name]].owner == NOBODY);
        file[bound[name]].named = false;
        bound[name] = NOBODY
    :: else
    fi
}

inline close_other() {
    if
    :: other != NOBODY ->
        if :: file[other].lock == _pid -> file[other].lock = NOBODY :: else fi;
        file[other].holders--;
        other = NOBODY
    :: else
    fi
}

/* clean(): whatever it finds on its way, it closes what it opened. */
inline clean() {
    STEP(other = bound[name]; if :: other != NOBODY -> file[other].holders++ :: else fi);
    if
    :: other == NOBODY
    :: other != NOBODY ->
        assert(file[other].complete || !file[other].named);
        may_remove = false;
#ifdef WRONG_NO_LOCK
        STEP(may_remove = true);
#else
        STEP(if
             :: file[other].lock == NOBODY -> file[other].lock = _pid; may_remove = true
             :: else
             fi);
#endif
#ifndef WRONG_NO_COMPARE
        if
        :: may_remove -> STEP(may_remove = (bound[name] == other))
        :: else
        fi;
#endif
#ifdef WRONG_UNLOCK_FIRST
        STEP(if :: file[other].lock == _pid -> file[other].lock = NOBODY :: else fi);
#endif
        if
        :: may_remove -> STEP(unbind())
        :: else
        fi;
        STEP(close_other())
    fi
}

/* What the kernel does with a process that ends, one thing after the other. */
inline end_process() {
    if
    :: mine != NOBODY ->
        atomic { if :: file[mine].owner == _pid -> file[mine].owner = NOBODY :: else fi };
        atomic { if :: file[mine].lock == _pid -> file[mine].lock = NOBODY :: else fi };
        atomic { file[mine].holders--; mine = NOBODY }
    :: else
    fi;
    atomic {
        close_other();
        name = 0;
        may_remove = false
    }
}

inline lock_own() {
    STEP(file[mine].lock = _pid)
}

/* The names in the order of heap_name(). */
inline next_name() {
    if
    :: name == 0 -> name = in_namespace
    :: name == in_namespace -> name = 3
    :: else -> name = NOBODY
    fi
}

inline take_name() {
    name = 0;
    do
    :: linked || name == NOBODY -> break
    :: else ->
        STEP(link_file());
        if
        :: linked
        :: else ->
            clean();
            STEP(link_file());
            if :: !linked -> atomic { next_name() } :: else fi
        fi
    od
}

/* The process with pid 7 in a namespace, whose own name is its second choice. */
proctype process(byte in_namespace, lives) {
    byte mine = NOBODY, other = NOBODY, name = 0;
    bool linked = false, may_remove = false;
    do
    :: lives == 0 -> break
    :: else ->
        lives--;
        linked = false;
        STEP(make_file());
#ifdef WRONG_LINK_FIRST
        take_name();
        STEP(file[mine].complete = true);
        lock_own();
#else
#ifdef WRONG_LOCK_LAST
        STEP(file[mine].complete = true);
        take_name();
        lock_own();
#else
        STEP(file[mine].complete = true);
        lock_own();
        take_name();
#endif
#endif
        /* remove_name(), at exit: compares, then unlinks. */
        if
        :: linked ->
            STEP(may_remove = (bound[name] == mine));
            if :: may_remove -> STEP(unbind()) :: else fi
        :: else
        fi;
killed: end_process()
    od;
    running--
}

proctype cleaner() {
    byte mine = NOBODY, other = NOBODY, name = 0;
    bool may_remove = false;
    atomic { select(name : 0 .. 3) };
    clean();
killed: end_process();
    running--
}

/* When all are gone: shmclean, which nobody kills. */
proctype sweeper() {
    byte mine = NOBODY, other = NOBODY, name = 0;
    bool may_remove = false;
    for (name : 0 .. 3) {
        other = bound[name];
        if
        :: other != NOBODY ->
            file[other].holders++;
            assert(file[other].lock == NOBODY);
            atomic { unbind() };
            close_other()
        :: else
        fi;
        assert(bound[name] == NOBODY)
    }
    for (name : 0 .. FILES - 1) { assert(file[name].holders == 0 && !file[name].named) }
}

init {
    byte each;
    atomic {
        running = 2 + CLEANERS;
        run process(1, LIVES_A);
        run process(2, LIVES_B);
        for (each : 1 .. CLEANERS) { run cleaner() }
    }
    running == 0;
    run sweeper()
}
