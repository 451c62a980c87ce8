#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <set>
#include <thread>

#include "platform/core/clock.hpp"
#include "platform/core/fnv1a.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/snapshot.hpp"

namespace qm {
namespace {

// The authors' published vectors.
TEST(Fnv1a, GivesTheKnownHashes) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8ULL);
  EXPECT_EQ(fnv1a("bar", fnv1a("foo")), fnv1a("foobar"));
}

TEST(Clock, WritesAndReadsRfc3339) {
  struct Case { const char* in; const char* out; };
  const Case cases[] = {
      {"2026-11-22T09:49:08.614Z", "2026-11-22T09:49:08.614Z"},
      {"2026-11-22T09:49:08Z", "2026-11-22T09:49:08.000Z"},
      {"2026-11-22T09:49:08.6149999Z", "2026-11-22T09:49:08.614Z"},
      {"2026-11-22T11:49:08+02:00", "2026-11-22T09:49:08.000Z"},
      {"2024-02-29T00:00:00-00:30", "2024-02-29T00:30:00.000Z"},
  };
  for (const auto& c : cases) {
    auto at = parse_rfc3339(c.in);
    ASSERT_TRUE(at) << c.in;
    EXPECT_EQ(to_rfc3339(*at), c.out);
  }
  for (const char* bad : {"", "2026-11-22", "2026-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2026-11-22T24:00:00Z",
                          "2026-11-22T09:49:08", "2026-11-22T09:49:08.Z", "2026-11-22T09:49:08Zx",
                          "2026-11-22T09:49:08+2", "1969-11-22T09:49:08Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Id, RefusesWhatCouldBeASeparator) {
  EXPECT_TRUE(is_valid_id("user_001"));
  EXPECT_TRUE(is_valid_id(std::string(128, 'a')));
  for (std::string bad :
       {std::string{}, std::string(129, 'a'), std::string{"a/b"}, std::string{"a b"}, std::string{"a\nb"},
        std::string("a\0b", 3), std::string{"ü"}, std::string{"a:b"}, std::string{"a|b"}}) {
    EXPECT_FALSE(is_valid_id(bad)) << bad;
  }
}

TEST(Id, IsUniqueAndSortsByTime) {
  std::set<std::string> seen;
  const Timestamp t{std::chrono::milliseconds{1'700'000'000'000}};
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(make_id("x", t)).second);
  EXPECT_LT(make_id("x", t), make_id("x", t + std::chrono::milliseconds{1}));
  EXPECT_EQ(make_id("ord", t).size(), 30u);
}

TEST(Money, RoundsHalfAwayFromZero) {
  struct Case { std::int64_t minor, rate, out; };
  for (auto c : {Case{1000, 800, 80}, Case{1999, 1000, 200}, Case{5, 1000, 1}, Case{4, 1000, 0}, Case{-5, 1000, -1},
                 Case{0, 800, 0}, Case{12345, 825, 1018}}) {
    EXPECT_EQ(Money{c.minor}.percent({c.rate}).minor(), c.out) << c.minor << " at " << c.rate;
  }
}

TEST(Money, NeverMixesCurrenciesOrOverflows) {
  EXPECT_THROW(Money{1} + Money(1, Currency{"EUR"}), std::logic_error);
  EXPECT_THROW((void)(Money{1} < Money(1, Currency{"EUR"})), std::logic_error);
  EXPECT_THROW(Money{INT64_MAX} + Money{1}, std::overflow_error);
  EXPECT_THROW(Money{INT64_MAX} * 2, std::overflow_error);
  EXPECT_EQ(to_decimal(Money{-5}), "-0.05");
  EXPECT_EQ(to_decimal(Money{1999}), "19.99");
}

// Whether a worker spins must not show but in how soon it answers: it takes work while it spins, while it sleeps, work
// that makes more work, timers, and it ends when told to, each at once.
TEST(WorkerThreads, DoAllWorkAndEndHoweverLongTheySpin) {
  using std::chrono::microseconds;
  for (const microseconds spin : {microseconds{0}, microseconds{1}, microseconds{50}, WorkerThreads::kMaxSpin}) {
    WorkerThreads workers{2, spin};
    workers.start();
    for (std::size_t i = 0; i < workers.size(); ++i) {
      auto& context = workers.context(i);
      std::vector<std::thread::id> ran_on;
      for (int round = 0; round < 20; ++round) {
        std::promise<void> done;
        boost::asio::post(context, [&] {
          ran_on.push_back(std::this_thread::get_id());
          boost::asio::post(context, [&] { done.set_value(); });
        });
        done.get_future().wait();
      }
      EXPECT_EQ(std::set<std::thread::id>(ran_on.begin(), ran_on.end()).size(), 1u) << spin.count();
      std::promise<void> rang;
      // longer than the longest spin, so that the timer has to wake a worker that sleeps
      boost::asio::steady_timer timer{context, 2 * WorkerThreads::kMaxSpin};
      timer.async_wait([&](const boost::system::error_code&) { rang.set_value(); });
      rang.get_future().wait();
    }
    workers.stop();
    workers.join();
  }
  EXPECT_THROW((WorkerThreads{1, microseconds{-1}}), std::invalid_argument);
  EXPECT_THROW((WorkerThreads{1, WorkerThreads::kMaxSpin + microseconds{1}}), std::invalid_argument);
  EXPECT_THROW(WorkerThreads{0}, std::invalid_argument);
}

TEST(CpuPool, RunsOnThePoolAndResumesOnTheCallersThread) {
  WorkerThreads workers{1};
  workers.start();
  CpuPool pool{2, 8};
  std::promise<std::array<std::thread::id, 3>> done;
  auto task = [&]() -> Task<void> {
    const auto before = std::this_thread::get_id();
    auto there = co_await pool.run([] { return std::this_thread::get_id(); });
    done.set_value({before, *there, std::this_thread::get_id()});
  };
  boost::asio::co_spawn(workers.context(0).get_executor(), task, boost::asio::detached);
  auto ids = done.get_future().get();
  EXPECT_NE(ids[0], ids[1]);
  EXPECT_EQ(ids[0], ids[2]);
}

TEST(CpuPool, RefusesWhatExceedsItsQueue) {
  WorkerThreads workers{1};
  workers.start();
  CpuPool pool{1, 1};
  std::promise<void> release, entered;
  std::promise<ErrorKind> refused;
  auto slow = [&]() -> Task<void> {
    (void)co_await pool.run([&] {
      entered.set_value();
      release.get_future().wait();
      return 1;
    });
  };
  auto second = [&]() -> Task<void> {
    auto r = co_await pool.run([] { return 2; });
    refused.set_value(r ? ErrorKind::Internal : r.error().kind);
  };
  boost::asio::co_spawn(workers.context(0).get_executor(), slow, boost::asio::detached);
  entered.get_future().wait();
  boost::asio::co_spawn(workers.context(0).get_executor(), second, boost::asio::detached);
  EXPECT_EQ(refused.get_future().get(), ErrorKind::Unavailable);
  release.set_value();
  pool.stop();
}

TEST(Snapshot, IsReplacedUnderReadersAndOnlyWhereItStillStands) {
  Snapshot<int> number{std::make_shared<const int>(0)};
  constexpr int kWrites = 2000;
  std::thread writer{[&] {
    for (int i = 1; i <= kWrites; ++i) number.store(std::make_shared<const int>(i));
  }};
  std::thread other{[&] {
    for (int seen = 0; seen < kWrites; seen = *number.load()) EXPECT_LE(seen, *number.load());
  }};
  writer.join();
  other.join();
  const auto last = number.load();
  EXPECT_EQ(*last, kWrites);
  EXPECT_FALSE(number.replace(std::make_shared<const int>(kWrites), nullptr)) << "equal, but not the same";
  EXPECT_TRUE(number.replace(last, nullptr));
  EXPECT_EQ(number.load(), nullptr);
}

}  // namespace
}  // namespace qm
