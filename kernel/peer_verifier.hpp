// Jobs that verify a peer: what a verdict needs of revocation lists and OCSP responses is fetched, kept for those who come after,
// and the verdict given then. Nobody waits for it but the peer whose certificate it is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/crypto/inquiry.hpp"
#include "engine/event.hpp"
#include "engine/random.hpp"
#include "kernel/fetcher.hpp"
#include "kernel/workers.hpp"

namespace kernel {

/// Since the start.
struct FetchCounters {
  std::uint64_t verified = 0, refused = 0;  // verdicts
  std::uint64_t fetched = 0, failed = 0;    // attempts
  std::size_t pending = 0;                  // verdicts that wait for something to be fetched
};

class PeerVerifier {
 public:
  static constexpr std::size_t most_documents = 256;
  static constexpr std::size_t most_octets = 64U << 20;  // of them together; the oldest give way
  static constexpr std::size_t most_pending = 1024;      // verdicts that wait; more are given without what would be fetched
  static constexpr unsigned most_rounds = 4;             // of fetching, for one verdict: lists, their deltas, the next URL
  using Clock = std::function<engine::WallTime()>;

  /// `done` is called once for each start(), on the loop's thread; `log` is told what could not be fetched. `rng` must outlive
  /// it.
  PeerVerifier(Workers& workers, Fetcher& fetcher, engine::Rng& rng, Clock clock, std::function<void(engine::JobDone)> done,
               std::function<void(const std::string&)> log);

  /// The job is a VerifyPeerJob. The loop's thread only.
  void start(engine::StartJob job);
  /// Fetches `url` into the cache, whatever is there. `then` is told why it failed, or nothing.
  void refresh(const std::string& url, std::function<void(const std::string& failure)> then);

  const engine::crypto::Documents& documents() const { return *documents_; }
  const FetchCounters& counters() const { return counters_; }

 private:
  struct Verdict;
  void attempt(const std::shared_ptr<Verdict>& verdict);
  void judged(const std::shared_ptr<Verdict>& verdict, engine::crypto::JobResult result,
              std::vector<engine::crypto::Fetch> wanted);
  void fetch(const engine::crypto::Fetch& wanted, std::function<void()> then);
  void keep(const engine::crypto::Fetch& what, const Fetcher::Answer& answer);

  Workers& workers_;
  Fetcher& fetcher_;
  engine::Rng& rng_;
  Clock clock_;
  std::function<void(engine::JobDone)> done_;
  std::function<void(const std::string&)> log_;
  std::shared_ptr<const engine::crypto::Documents> documents_ = std::make_shared<const engine::crypto::Documents>();
  std::map<std::string, std::vector<std::function<void()>>> under_way_;  // by key: who waits for it
  FetchCounters counters_;
};

}  // namespace kernel
