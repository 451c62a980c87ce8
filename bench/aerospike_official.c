/* The official C client's asynchronous API under load, on one event loop: the yardstick of bench/aerospike_main.cpp,
   with the same arguments, records and output. Built where QM_AEROSPIKE_C_CLIENT names an installed one.
     bench_aerospike_official HOST PORT NAMESPACE get|put|batch CONCURRENCY SECONDS RECORDS [SPIN_US]
   Its event loop spins as ours does: an idle handle of libuv keeps it from sleeping until nothing has ended for
   SPIN_US. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <aerospike/aerospike.h>
#include <aerospike/aerospike_batch.h>
#include <aerospike/aerospike_key.h>
#include <aerospike/as_event.h>
#include <aerospike/as_record.h>

enum { kBatch = 100, kTextBytes = 60, kPatienceMs = 5000, kIdBytes = 24, kMostLatencies = 1 << 23 };
static const uint64_t kWarmUpNs = 500000000;

typedef struct {
  uint64_t begun_ns;
  uint64_t random;
  as_key key;
} slot;

/* Set before the first command; the counters below belong to the event loop's thread until all have ended. */
static aerospike cluster;
static const char* name_space;
static const char* what;
static char text[kTextBytes + 1];
static uint64_t records, from_ns, until_ns, spin_ns;

static size_t running, failed, done;
static uv_idle_t spinning; /* while active, libuv asks for events instead of waiting for them */
static uint64_t last_end_ns;
static as_error why;
static uint32_t* latencies_ns;
static sem_t all_ended;

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void sleep_until(uint64_t then_ns) {
  const struct timespec time = {(time_t)(then_ns / 1000000000u), (long)(then_ns % 1000000000u)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) {
  }
}

static double used_cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static uint64_t next_random(slot* s) {
  s->random ^= s->random << 13;
  s->random ^= s->random >> 7;
  s->random ^= s->random << 17;
  return s->random;
}

static void print_id(slot* s, char* id) { snprintf(id, kIdBytes, "key-%u", (unsigned)(next_random(s) % records)); }

static void begin_next(slot* s, as_event_loop* loop);

static void on_idle(uv_idle_t* handle) {
  if (now_ns() - last_end_ns >= spin_ns) uv_idle_stop(handle);
}

/* On the loop's thread: something has ended, and something else will soon. */
static void go_on_spinning(as_event_loop* loop, uint64_t ended_ns) {
  if (spin_ns == 0) return;
  if (spinning.loop == NULL) uv_idle_init(loop->loop, &spinning);
  last_end_ns = ended_ns;
  uv_idle_start(&spinning, on_idle); /* no effect when it is active */
}

static void end(slot* s, as_error* error, as_event_loop* loop) {
  const uint64_t ended = now_ns();
  go_on_spinning(loop, ended);
  if (error) {
    ++failed;
    why = *error;
  } else if (ended >= from_ns && ended < until_ns && done < kMostLatencies) {
    latencies_ns[done++] = (uint32_t)(ended - s->begun_ns);
  }
  if (ended >= until_ns || failed > 1000) {
    if (--running > 0) return;
    if (spin_ns > 0) uv_close((uv_handle_t*)&spinning, NULL);
    sem_post(&all_ended);
    return;
  }
  begin_next(s, loop);
}

static void on_read(as_error* error, as_record* record, void* s, as_event_loop* loop) {
  (void)record;
  end(s, error, loop);
}
static void on_written(as_error* error, void* s, as_event_loop* loop) { end(s, error, loop); }
static void on_batch(as_error* error, as_batch_read_records* batch, void* s, as_event_loop* loop) {
  as_batch_read_destroy(batch);
  end(s, error, loop);
}

static as_status begin_batch(slot* s, as_event_loop* loop, as_error* error) {
  as_batch_read_records* batch = as_batch_read_create(kBatch);
  for (int i = 0; i < kBatch; ++i) {
    char* id = malloc(kIdBytes);
    print_id(s, id);
    as_batch_read_record* row = as_batch_read_reserve(batch);
    as_key_init_strp(&row->key, name_space, "bench", id, true);
    row->read_all_bins = true;
  }
  const as_status status = aerospike_batch_read_async(&cluster, error, NULL, batch, on_batch, s, loop);
  if (status != AEROSPIKE_OK) as_batch_read_destroy(batch);
  return status;
}

static as_status begin_put(slot* s, as_event_loop* loop, as_error* error) {
  as_record record;
  as_record_inita(&record, 6);
  as_record_set_int64(&record, "a", (int64_t)(next_random(s) >> 33));
  as_record_set_int64(&record, "b", 2);
  as_record_set_str(&record, "c", text);
  as_record_set_str(&record, "d", text);
  as_record_set_str(&record, "e", text);
  as_record_set_str(&record, "f", text);
  const as_status status =
      aerospike_key_put_async(&cluster, error, NULL, &s->key, &record, on_written, s, loop, NULL);
  as_record_destroy(&record);
  return status;
}

static void begin_next(slot* s, as_event_loop* loop) {
  as_error error;
  as_status status;
  s->begun_ns = now_ns();
  if (*what == 'b') {
    status = begin_batch(s, loop, &error);
  } else {
    char id[kIdBytes];
    print_id(s, id);
    as_key_init(&s->key, name_space, "bench", id); /* copies the id */
    status = *what == 'g' ? aerospike_key_get_async(&cluster, &error, NULL, &s->key, on_read, s, loop, NULL)
                          : begin_put(s, loop, &error);
  }
  if (status != AEROSPIKE_OK) {
    fprintf(stderr, "a command could not be begun: %s\n", error.message);
    exit(1);
  }
}

static int by_size(const void* a, const void* b) {
  const uint32_t left = *(const uint32_t*)a, right = *(const uint32_t*)b;
  return left < right ? -1 : left > right;
}

static bool connect_to(const char* host, uint16_t port) {
  as_config config;
  as_config_init(&config);
  as_config_add_host(&config, host, port);
  config.async_max_conns_per_node = 1000;
  config.policies.read.base.total_timeout = kPatienceMs;
  config.policies.write.base.total_timeout = kPatienceMs;
  config.policies.batch.base.total_timeout = kPatienceMs;
  aerospike_init(&cluster, &config);
  if (as_event_create_loops(1) && aerospike_connect(&cluster, &why) == AEROSPIKE_OK) return true;
  fprintf(stderr, "%s\n", why.message);
  return false;
}

int main(int argc, char** argv) {
  what = argc == 8 || argc == 9 ? argv[4] : "";
  const bool known = !strcmp(what, "get") || !strcmp(what, "put") || !strcmp(what, "batch");
  const size_t concurrency = known ? strtoul(argv[5], NULL, 10) : 0;
  const double seconds = known ? atof(argv[6]) : 0;
  records = known ? strtoul(argv[7], NULL, 10) : 0;
  spin_ns = argc == 9 ? strtoull(argv[8], NULL, 10) * 1000 : 0;
  if (concurrency == 0 || seconds <= 0 || records == 0) {
    fprintf(stderr, "usage: %s HOST PORT NAMESPACE get|put|batch CONCURRENCY SECONDS RECORDS [SPIN_US]\n", argv[0]);
    return 2;
  }
  name_space = argv[3];
  memset(text, 'x', kTextBytes);
  if (!connect_to(argv[1], (uint16_t)atoi(argv[2]))) return 1;

  slot* slots = calloc(concurrency, sizeof *slots);
  latencies_ns = malloc(sizeof *latencies_ns * kMostLatencies);
  sem_init(&all_ended, 0, 0);
  running = concurrency;
  from_ns = now_ns() + kWarmUpNs;
  until_ns = from_ns + (uint64_t)(seconds * 1e9);
  for (size_t i = 0; i < concurrency; ++i) {
    slots[i].random = 88172645463325252u + i * 7919;
    begin_next(&slots[i], as_event_loop_get_by_index(0));
  }
  sleep_until(from_ns);
  const double before = used_cpu_us();
  sleep_until(until_ns);
  const double cpu = used_cpu_us() - before;
  sem_wait(&all_ended);
  if (failed > 0 || done == 0) {
    fprintf(stderr, "%zu operations failed: %s\n", failed, why.message);
    return 1;
  }
  qsort(latencies_ns, done, sizeof *latencies_ns, by_size);
  printf("per_s=%.0f p50_us=%.1f p99_us=%.1f cpu_us=%.2f\n", (double)done / seconds, latencies_ns[done / 2] / 1e3,
         latencies_ns[done * 99 / 100] / 1e3, cpu / (double)done);
  aerospike_close(&cluster, &why);
  aerospike_destroy(&cluster);
  as_event_close_loops();
  return 0;
}
