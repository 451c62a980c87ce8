/* The saga of a checkout (docs/adr/0015), as app/place_order, settle_order, recover_orders and hold_coupon make it:
 * exhaustively, with a crash before every step. tests/model/run checks it with spin, and that each BREAK_… is found.
 *
 * One Idempotency-Key, one product of which there is one, one coupon, two orders at most: the key's attempts.
 * Processes 0 and 1 serve requests of that key, again and again (a client that asks twice at once, and retries), and
 * cancellations of what was bought. Processes 2 and 3 recover, both at once. Each may die before any step, and begins
 * anew; or only be slow, for any time: a lease is taken to have run out whenever somebody likes to take an order over,
 * which allows more than the clock does.
 *
 * A record changes in one atomic step. Its generation is not a number, which would have no end, but who wrote it last
 * (`holder`): exactly what a comparison of generations tells.
 *
 * COUPON adds the coupon; without it the model is smaller, and has room for more requests. A campaign keeps what a use
 * reserves in the same way as the coupon counts it.
 * REQUESTS: how many processes serve requests (1 or 2). CANCEL: whether what was bought is cancelled. ONE_ATTEMPT: a
 * key that was given back is not used again, so that there is one order.
 */
#ifndef REQUESTS
#define REQUESTS 2
#endif
#ifndef RECOVERIES
#define RECOVERIES 2
#endif
#define PROCESSES (REQUESTS + RECOVERIES)
#define ORDERS 2
#define NOBODY 15

mtype = { absent, placing, undoing, completing, cancelling, settled };     /* an order's progress */
mtype = { unclaimed, running, ended_with_order, ended_with_failure, given_back };   /* the key's record */
mtype = { nothing, authorised, declined, captured, called_off };           /* a payment at the gateway */
mtype = { unused, reserved_use, redeemed, releasing };                     /* an order's use of the customer's coupon */
mtype = { final, pending, reopened, taken_off };                           /* … and of the coupon's count */

/* --- records ------------------------------------------------------------------------------------------------------ */
mtype progress[ORDERS] = absent;
byte holder[ORDERS] = NOBODY;
bit is_confirmed[ORDERS];
bit is_cancelled[ORDERS];

mtype checkout = unclaimed;
byte claimer = NOBODY;
bit attempt;              /* the order that the key's record names */
bit is_taken_over;        /* the claim is of another request than the one that began the attempt */

#ifndef STOCK
#define STOCK 2
#endif
short on_sale = STOCK;    /* of the product: available */
bit reserved[ORDERS];
bit came_back[ORDERS];    /* the mark of a put-back */
byte sold[ORDERS];
byte restocked[ORDERS];

mtype payment[ORDERS] = nothing;
byte captures[ORDERS];
bit refunded[ORDERS];

#ifdef COUPON
mtype use[ORDERS] = unused;  /* in the customer's coupon, by order */
short uses;                  /* of the coupon */
mtype use_is[ORDERS] = final;  /* what the coupon remembers of a use */
#endif

byte serving = REQUESTS;  /* requests that may still come */
byte at_work = PROCESSES;

/* --- what a store does in one step -------------------------------------------------------------------------------- */
#ifdef BREAK_GENERATION
#define HOLDS(p, o) (true)
#else
#define HOLDS(p, o) (holder[o] == p)
#endif
#ifdef BREAK_STOCK_GUARD
#define ENOUGH (true)
#else
#define ENOUGH (on_sale >= 1)
#endif
#ifdef BREAK_CANCEL_WINS
#define MAY_AUTHORISE(o) (payment[o] == nothing || payment[o] == called_off)
#else
#define MAY_AUTHORISE(o) (payment[o] == nothing)
#endif
#define OPEN(o) (progress[o] != absent && progress[o] != settled)

/* A process dies before a step: what it knew is gone. */
#define MAY_DIE :: goto again

inline reserve_stock(o, ok) {
  d_step {
    if
    :: ENOUGH -> on_sale--; reserved[o] = 1; ok = 1
    :: else -> ok = 0
    fi;
    assert(on_sale >= 0)
  }
}
inline release_stock(o) {
  d_step {
    if
    :: reserved[o] -> on_sale++; reserved[o] = 0
    :: else
    fi
  }
}
inline commit_stock(o) {
  d_step {
    if
    :: reserved[o] -> sold[o]++; reserved[o] = 0
    :: else
    fi
  }
}
inline put_back(o) {
  d_step {
    if
    :: !came_back[o] -> came_back[o] = 1; on_sale++; restocked[o]++
    :: else
    fi;
    assert(restocked[o] <= sold[o])
  }
}
inline end_checkout(o, how) {
  d_step {
    if
    :: checkout == running && attempt == o -> checkout = how; claimer = NOBODY
    :: else
    fi
  }
}
inline call_off(o) {
  d_step {
    if
    :: payment[o] == nothing || payment[o] == authorised -> payment[o] = called_off
    :: else
    fi;
    assert(payment[o] != captured)
  }
}
inline capture(o) {
  d_step {
    if
    :: payment[o] == authorised -> payment[o] = captured; captures[o]++
    :: else
    fi;
    assert(payment[o] == captured)   /* a confirmed order is always one that is paid */
  }
}

#ifdef COUPON
#ifdef BREAK_TAKEN_OFF_MARK
#define TAKEN_OFF final
#else
#define TAKEN_OFF taken_off
#endif
#define IS_OVER(o) (use_is[o] == final || use_is[o] == taken_off)
inline release_use(o, is_held) {
  d_step {
    if
    :: use_is[o] == pending -> uses--; use_is[o] = final
    :: use_is[o] == reopened && is_held -> uses--; use_is[o] = TAKEN_OFF
    :: use_is[o] == reopened && !is_held -> use_is[o] = final
    :: else
    fi;
    assert(uses >= 0)
  }
}
#endif

/* --- who works ---------------------------------------------------------------------------------------------------- */
#ifdef COUPON
/* HoldCoupon::release: whether reserved or redeemed. */
#define RELEASE_COUPON(p, o) \
  if \
  MAY_DIE; \
  :: d_step { was = use[o]; is_held = 0 } \
  fi; \
  if \
  :: was == redeemed -> \
    if \
    MAY_DIE; \
    :: atomic { use_is[o] == final -> use_is[o] = reopened } \
    :: atomic { use_is[o] != final } \
    fi \
  :: else \
  fi; \
  if \
  :: was != unused -> \
    if \
    MAY_DIE; \
    :: atomic { use[o] == unused } \
    :: atomic { use[o] == releasing -> is_held = 1 } \
    :: atomic { use[o] == was && was != releasing -> use[o] = releasing; is_held = 1 } \
    :: atomic { use[o] != unused && use[o] != releasing && use[o] != was }; goto again \
    fi \
  :: else \
  fi; \
  if MAY_DIE; :: release_use(o, is_held) fi; \
  if \
  :: is_held -> if MAY_DIE; :: d_step { use[o] = unused } fi \
  :: else \
  fi; \
  d_step { was = unused; is_held = 0 }
#define REDEEM_COUPON(p, o) \
  if \
  MAY_DIE; \
  :: atomic { use[o] == reserved_use -> use[o] = redeemed } \
  :: atomic { use[o] != reserved_use } \
  fi; \
  if \
  MAY_DIE; \
  :: atomic { use_is[o] == pending -> use_is[o] = final } \
  :: atomic { use_is[o] != pending } \
  fi;
#else
#define RELEASE_COUPON(p, o)
#define REDEEM_COUPON(p, o)
#endif

/* SettleOrder::run: the steps that follow from what was decided, by whoever took the order over. */
#define SETTLE(p, o) \
  if \
  :: what == undoing -> \
    if MAY_DIE; :: release_stock(o) fi; \
    RELEASE_COUPON(p, o) \
    if MAY_DIE; :: call_off(o) fi; \
    if MAY_DIE; :: end_checkout(o, given_back) fi; \
    if MAY_DIE; \
    :: atomic { HOLDS(p, o) -> progress[o] = settled; is_cancelled[o] = 1; holder[o] = NOBODY } \
    :: atomic { !HOLDS(p, o) } -> goto again \
    fi \
  :: what == completing -> \
    if MAY_DIE; :: commit_stock(o) fi; \
    REDEEM_COUPON(p, o) \
    if MAY_DIE; :: capture(o) fi; \
    if MAY_DIE; :: end_checkout(o, ended_with_order) fi; \
    if MAY_DIE; \
    :: atomic { HOLDS(p, o) -> progress[o] = settled; holder[o] = NOBODY } \
    :: atomic { !HOLDS(p, o) } -> goto again \
    fi \
  :: what == cancelling -> \
    if MAY_DIE; :: d_step { assert(payment[o] == captured); refunded[o] = 1 } fi; \
    if MAY_DIE; :: put_back(o) fi; \
    RELEASE_COUPON(p, o) \
    if MAY_DIE; \
    :: atomic { HOLDS(p, o) -> progress[o] = settled; holder[o] = NOBODY } \
    :: atomic { !HOLDS(p, o) } -> goto again \
    fi; \
    FORGET_PUT_BACK(o) \
  :: else \
  fi;
#ifdef BREAK_PUT_BACK_MARK
#define FORGET_PUT_BACK(o) if MAY_DIE; :: d_step { came_back[o] = 0 } fi;
#else
#define FORGET_PUT_BACK(o)
#endif

/* PlaceOrder, StaffOrders and CustomerOrders. */
proctype Serve(byte me) {
  bit o, ok, is_final;
  mtype what;
#ifdef COUPON
  mtype was = unused;
  bit is_held;
#endif
again:
#ifdef COUPON
  atomic { o = 0; ok = 0; is_final = 0; what = absent; was = unused; is_held = 0 }
#else
  atomic { o = 0; ok = 0; is_final = 0; what = absent }
#endif
  if
  :: atomic { serving--; goto over }                                   /* nobody asks any more */
  :: atomic { checkout == unclaimed -> checkout = running; claimer = me; o = 0; is_taken_over = 0 }
#ifdef BREAK_KEY
  :: atomic { checkout == running && attempt == 0 -> attempt = 1; claimer = me; o = 1 }
#endif
  /* it runs, no order is there, and its lease has run out: this request goes on with it */
  :: atomic { checkout == running && progress[attempt] == absent -> claimer = me; o = attempt; is_taken_over = 1 }
#ifndef ONE_ATTEMPT
  :: atomic { checkout == given_back && attempt == 0 ->
      attempt = 1; checkout = running; claimer = me; o = 1; is_taken_over = 0 }
#endif
#ifdef CANCEL
  :: atomic { progress[0] == settled && is_confirmed[0] && !is_cancelled[0] ->
      progress[0] = cancelling; is_cancelled[0] = 1; holder[0] = me; o = 0; what = cancelling }; goto settle
  :: atomic { progress[1] == settled && is_confirmed[1] && !is_cancelled[1] ->
      progress[1] = cancelling; is_cancelled[1] = 1; holder[1] = me; o = 1; what = cancelling }; goto settle
#endif
  fi;
  /* the cart is read and priced: no order comes of it, and the key is given back */
  if
  MAY_DIE;
  :: atomic {
#ifndef BREAK_GIVE_BACK
      !is_taken_over &&
#endif
      checkout == running && claimer == me -> checkout = given_back; claimer = NOBODY }; goto again
  :: skip
  fi;
  if
  MAY_DIE;
  :: atomic { progress[o] == absent -> progress[o] = placing; holder[o] = me }
  :: atomic { progress[o] != absent }; goto again                       /* somebody else's: it is worked on */
  fi;
  if
  MAY_DIE;
  :: atomic { reserve_stock(o, ok); is_final = 1 }
  fi;
  if
  :: !ok -> goto fail
  :: else
  fi;
#ifdef COUPON
  if
  MAY_DIE;
  :: atomic { use[1 - o] == unused -> use[o] = reserved_use }
  :: atomic { use[1 - o] != unused }; goto fail
  fi;
  if
  MAY_DIE;
  :: d_step {
      if
      :: use_is[o] == final -> use_is[o] = pending; uses++
      :: else
      fi }
  fi;
#endif
  if
  MAY_DIE;
  :: atomic { MAY_AUTHORISE(o) -> payment[o] = authorised }
  :: atomic { MAY_AUTHORISE(o) -> payment[o] = authorised; is_final = 0 }; goto fail   /* its answer is lost */
  :: atomic { payment[o] == nothing -> payment[o] = declined }; goto fail
  :: atomic { !MAY_AUTHORISE(o) }; goto fail
  fi;
  if
  MAY_DIE;
  :: atomic { HOLDS(me, o) ->
      assert(!is_confirmed[1 - o]);       /* never two orders of one key */
      is_confirmed[o] = 1; progress[o] = completing; holder[o] = me; what = completing }; goto settle
  :: atomic { !HOLDS(me, o) }; goto again
  fi;
fail:
  if
  MAY_DIE;
  :: atomic { HOLDS(me, o) -> progress[o] = undoing; holder[o] = me; what = undoing }
  :: atomic { !HOLDS(me, o) }; goto again
  fi;
  if
  MAY_DIE;
  :: atomic { is_final -> end_checkout(o, ended_with_failure) }
  :: atomic { !is_final -> end_checkout(o, given_back) }
  fi;
settle:
  SETTLE(me, o)
  goto again;
over: skip;
  at_work--
}

#ifdef BREAK_SWEEP
#define LATE(o) (false)
#else
#define LATE(o) (progress[o] == settled && reserved[o])
#endif
#ifdef COUPON
#define LATE_USE(o) (progress[o] == settled && (!IS_OVER(o) || (is_cancelled[o] && use[o] != unused)))
#else
#define LATE_USE(o) (false)
#endif
#define SOMETHING(o) (OPEN(o) || LATE(o) || LATE_USE(o))

/* RecoverOrders: run and sweep. */
proctype Recover(byte me) {
  bit o;
  mtype what;
#ifdef COUPON
  mtype was = unused;
  bit is_held;
#endif
again:
#ifdef COUPON
  atomic { o = 0; what = absent; was = unused; is_held = 0 }
#else
  atomic { o = 0; what = absent }
#endif
  if
  :: atomic { OPEN(0) -> o = 0 }
  :: atomic { OPEN(1) -> o = 1 }
  :: atomic { LATE(0) -> o = 0 }; goto sweep
  :: atomic { LATE(1) -> o = 1 }; goto sweep
#ifdef COUPON
  :: atomic { LATE_USE(0) -> o = 0 }; goto sweep_use
  :: atomic { LATE_USE(1) -> o = 1 }; goto sweep_use
#endif
  :: atomic { serving == 0 && !SOMETHING(0) && !SOMETHING(1) -> goto over }
  fi;
  if
  MAY_DIE;
  :: atomic { OPEN(o) ->
      if
      :: progress[o] == placing -> progress[o] = undoing
      :: else
      fi;
      holder[o] = me; what = progress[o] }
  :: atomic { !OPEN(o) }; goto again
  fi;
  SETTLE(me, o)
  goto again;
sweep: skip;
  release_stock(o);
  goto again;
#ifdef COUPON
sweep_use: skip;
  if
  :: is_confirmed[o] && !is_cancelled[o] -> REDEEM_COUPON(me, o)
  :: is_cancelled[o] -> RELEASE_COUPON(me, o)
  fi;
  goto again;
#endif
over: skip;
  at_work--
}

/* Nobody works any more: what has come of it. */
proctype Judge() {
  byte o;
  at_work == 0;
  d_step {
    for (o : 0 .. ORDERS - 1) {
      assert(!OPEN(o));
      assert(!reserved[o]);
      assert(captures[o] <= 1);
      assert(payment[o] != authorised);
      if
      :: progress[o] == settled && is_confirmed[o] ->
        assert(payment[o] == captured && sold[o] == 1);
        assert(refunded[o] == is_cancelled[o] && restocked[o] == is_cancelled[o])
      :: else ->
        assert(payment[o] != captured && sold[o] == 0 && restocked[o] == 0)
      fi;
      assert(!(progress[o] == settled && checkout == running && attempt == o));  /* the key is answered */
#ifdef COUPON
      assert(IS_OVER(o));
      assert(use[o] == (is_confirmed[o] && !is_cancelled[o] -> redeemed : unused));
#endif
    }
    assert(!(is_confirmed[0] && is_confirmed[1]));
    assert(on_sale == STOCK - sold[0] - sold[1] + restocked[0] + restocked[1]);
#ifdef COUPON
    assert(uses == (use[0] == redeemed -> 1 : 0) + (use[1] == redeemed -> 1 : 0))
#endif
  }
}

init {
  atomic {
    run Serve(0);
#if REQUESTS == 2
    run Serve(1);
#endif
    run Recover(REQUESTS);
#if RECOVERIES == 2
    run Recover(REQUESTS + 1);
#endif
    run Judge()
  }
}
