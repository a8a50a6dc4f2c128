/* Forwarding, for Spin: every order in which three processes can take these steps, each of them
 * killed before any of them. After shmheap/src/lease/FORWARDING.md. What the C++ memory model adds is in forward.cpp.
 *
 * A leases its one block to B, once or twice, by the same lease word. B sends each lease on to C, by stubs,
 * maybe twice the same one, keeps it until the stub has no lease any more, takes stubs back at any
 * time (a message that is dropped, a connection that closes), and lets go. C has one claim. It
 * leaves or dies, and another takes over its place.
 *
 * Claims: A writes the block anew only when nobody reads it; what C takes up from a B that lives it may read; when
 * everybody is done or dead, A counts no reference.
 *
 * Each macro WRONG_... leaves a step out or swaps two: Spin must then find a broken claim. */

#define SENDS 2
#ifndef LEASES
#define LEASES 1
#endif
#define LIVES_C 2
#define NOBODY 0

/* States of a lease, and of a claim. */
#define FREE 0
#define ISSUED 1
#define HELD 2
#define DONE 3
#define CLAIMED 1
#define ADOPTED 2

/* In A's heap: B's lane, C's claims, and who lives there. */
byte lease_state = FREE, lease_generation = 0;
bool lent = false;
byte claim_state = FREE, claim_generation = 0, claim_source = 0;
byte tenancy_b = 1, tenancy_c = 0;
byte lock_c = NOBODY;

/* In B's heap: the leases of its stubs. */
byte stub_state[SENDS] = FREE;
byte stub_source[SENDS] = 0;   /* generation of the lease that was sent on */
byte stub_to[SENDS] = 0;       /* tenancy of the C it was sent to */

/* What is true, for the claims. */
byte readers = 0;
bool b_is_dead = false, b_is_done = false;
byte lives = 0;                /* of C, over */

/* A step, or death in its stead. */
#define STEP(action) if :: atomic { action } :: goto killed fi

/* ---- A */

byte references = 0;
bool leased = false;
byte generation = 0;
byte known_c = 0;              /* tenancy that the record belongs to */
bool adopted = false;
byte adopted_generation = 0;

#ifdef WRONG_ADOPT_OF_DEAD
#define IS_TENANTED(tenancy) true
#else
#define IS_TENANTED(tenancy) ((tenancy & 1) == 1)
#endif

/* What A has not yet seen to. */
#define IS_LEASE_OVER (leased && (lease_state == DONE || b_is_dead))
#define IS_C_DEAD (lock_c == NOBODY && (tenancy_c & 1) == 1)
#define IS_CLAIM_OVER (IS_C_DEAD || adopted && (claim_state == DONE || known_c != tenancy_c))
#define HAS_WORK (IS_LEASE_OVER || IS_CLAIM_OVER)

inline end_claims() {
    if
    :: adopted -> adopted = false; references--
    :: else
    fi
}

inline notice_c() {
    if
    :: known_c != tenancy_c -> end_claims(); known_c = tenancy_c
    :: else
    fi
}

inline end_word() {
    STEP(lease_state = FREE; lease_generation = generation + 1)
}

inline scan() {
    seen = FREE;
    STEP(if
         :: lent && claim_state == CLAIMED -> seen = CLAIMED; seen_generation = claim_generation
         :: else
         fi);
    if
    :: seen == CLAIMED ->
        STEP(seen_source = claim_source);
#ifndef WRONG_NO_NOTICE
        STEP(notice_c());
#endif
        if
        :: seen_source == generation && !adopted && IS_TENANTED(known_c) ->
            STEP(if
                 :: claim_state == CLAIMED && claim_generation == seen_generation ->
                     claim_state = ADOPTED; adopted = true; adopted_generation = seen_generation;
                     references++
                 :: else
                 fi)
        :: else
        fi
    :: else
    fi
}

inline end_lease() {
#ifdef WRONG_SCAN_FIRST
    scan();
    end_word();
#else
    end_word();
#ifndef WRONG_NO_SCAN
    scan();
#endif
#endif
    atomic { leased = false; references--; generation++ }
}

proctype A() {
    byte seen, seen_generation, seen_source, written = 0;
    do
    :: atomic { references == 0 && written <= LEASES -> assert(readers == 0); written++ };
        if
        :: written <= LEASES ->
            STEP(lent = false);
            STEP(lease_state = ISSUED; leased = true; references = 1)
        :: else
        fi
    :: leased && lease_state == DONE -> end_lease()
    :: leased && b_is_dead -> end_lease()             /* proved by its lock */
    :: adopted && claim_state == DONE && claim_generation == adopted_generation ->
        STEP(claim_state = FREE; claim_generation++; adopted = false; references--)
    :: known_c != tenancy_c -> STEP(notice_c())
    :: atomic { IS_C_DEAD ->                          /* a moment's lock of ours */
        notice_c(); end_claims(); tenancy_c++; known_c = tenancy_c }
    :: b_is_done && lives == LIVES_C && !HAS_WORK ->
        assert(references == 0 || (leased && lease_state == ISSUED));
        break
    :: goto killed
    od;
killed:
    skip
}

/* ---- B */

inline send() {
#ifndef WRONG_LEND_LATE
    STEP(lent = true);
#endif
    STEP(stub_source[sent] = held; stub_to[sent] = tenancy_c; stub_state[sent] = ISSUED);
#ifdef WRONG_LEND_LATE
    STEP(lent = true);
#endif
    sent++
}

/* Until no stub is leased: released, taken back, or the leases of somebody who is gone. */
inline await_stubs() {
    n = 0;
    do
    :: n == sent -> break
    :: n < sent && (stub_state[n] == DONE || stub_state[n] == FREE) -> n++
    :: n < sent && stub_state[n] == ISSUED -> STEP(if
                                                  :: stub_state[n] == ISSUED -> stub_state[n] = FREE
                                                  :: else
                                                  fi)
    :: n < sent && (tenancy_c != stub_to[n] || lock_c == NOBODY) ->
        STEP(stub_state[n] = FREE)
    :: goto killed
    od
}

proctype B() {
    byte sent = 0, held, n;
    do
    :: atomic { lease_state == ISSUED -> held = lease_generation; lease_state = HELD };
        do
        :: sent < SENDS && (tenancy_c & 1) == 1 -> send()
        :: break
        od;
#ifndef WRONG_NO_KEEPING
        await_stubs();
#endif
        STEP(lease_state = DONE)
    :: break
    :: goto killed
    od;
    b_is_done = true;
    goto over;
killed:
    atomic { b_is_dead = true; b_is_done = true }
over:
    skip
}

/* ---- C */

inline take_place() {
    atomic { lock_c == NOBODY -> lock_c = _pid };
#ifndef WRONG_NO_CLEAR
    STEP(if
         :: claim_state != FREE -> claim_state = FREE; claim_generation++
         :: else
         fi);
#endif
    STEP(tenancy_c = (tenancy_c + 1) | 1; own = tenancy_c);
    assert(claim_state == FREE)
}

inline look_at_lease() {
    STEP(right = (lease_state == HELD && lease_generation == stub_source[n]);
         if
         :: right -> readers++
         :: else -> assert(b_is_dead)
         fi)
}

/* A stub is held: what it says is claimed, read, and let go. */
inline read_block() {
    mine = claim_generation;
#ifdef WRONG_LOOK_FIRST
    look_at_lease();
#endif
#ifdef WRONG_RELEASE_STUB_FIRST
    STEP(stub_state[n] = DONE);
#endif
    STEP(claim_source = stub_source[n]);
    STEP(claim_state = CLAIMED);
#ifndef WRONG_LOOK_FIRST
    look_at_lease();
#endif
#ifndef WRONG_RELEASE_STUB_FIRST
    STEP(stub_state[n] = DONE);
#endif
    STEP(if
         :: right -> readers--; right = false
         :: else
         fi);
    STEP(if
         :: claim_state == CLAIMED && claim_generation == mine ->
             claim_state = FREE; claim_generation++
         :: else -> claim_state = DONE
         fi)
}

proctype C() {
    byte own = 0, n, mine;
    bool right = false;
    take_place();
    n = 0;
    do
    :: n == SENDS -> break
    :: n < SENDS && (b_is_done || stub_state[n] == DONE || stub_state[n] == FREE) -> n++
    :: atomic { n < SENDS && stub_state[n] == ISSUED && stub_to[n] == own -> stub_state[n] = HELD };
        if
        :: claim_state == FREE -> read_block()
        :: else -> STEP(stub_state[n] = DONE)   /* no claim is free: copied */
        fi;
        n++
    :: goto killed
    od;
    STEP(tenancy_c++);
killed:
    atomic {
        if
        :: right -> readers--
        :: else
        fi;
        if
        :: lock_c == _pid -> lock_c = NOBODY
        :: else
        fi;
        lives++
    }
}

init {
    atomic { run A(); run B(); run C(); run C() }
}
