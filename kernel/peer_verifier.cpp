#include "kernel/peer_verifier.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/crypto/verify_peer.hpp"

namespace kernel {
namespace {

using engine::crypto::Document;
using engine::crypto::DocumentPtr;
using engine::crypto::Documents;
using engine::crypto::Fetch;

constexpr std::size_t nonce_octets = 16;

bool asks_anything(const engine::crypto::VerifyPeerJob& job) {
  return std::any_of(job.trustpoints.begin(), job.trustpoints.end(),
                     [](const auto& each) { return each->revocation.front() != engine::RevocationMethod::none; });
}

}  // namespace

struct PeerVerifier::Verdict {
  engine::JobId id;
  engine::crypto::VerifyPeerJob job;
  engine::Bytes nonce;
  engine::WallTime begun = 0;
  unsigned rounds = 0;
  std::size_t awaited = 0;
};

PeerVerifier::PeerVerifier(Workers& workers, Fetcher& fetcher, engine::Rng& rng, Clock clock,
                           std::function<void(engine::JobDone)> done, std::function<void(const std::string&)> log)
    : workers_(workers), fetcher_(fetcher), rng_(rng), clock_(std::move(clock)), done_(std::move(done)), log_(std::move(log)) {}

void PeerVerifier::start(engine::StartJob job) {
  auto verdict =
      std::make_shared<Verdict>(Verdict{job.id, std::move(std::get<engine::crypto::VerifyPeerJob>(job.job)), {}, clock_(), 0, 0});
  if (asks_anything(verdict->job)) verdict->nonce = rng_.bytes(nonce_octets);
  attempt(verdict);
}

void PeerVerifier::attempt(const std::shared_ptr<Verdict>& verdict) {
  workers_.run([this, verdict, documents = documents_, now = clock_()]() -> Loop::Task {
    engine::crypto::Inquiry inquiry{documents, verdict->nonce, verdict->begun};
    // A task must be copyable, a result with secrets is not.
    auto result = std::make_shared<engine::crypto::JobResult>(engine::crypto::verify_peer(verdict->job, inquiry, now));
    return [this, verdict, result, wanted = std::move(inquiry.wanted)] { judged(verdict, std::move(*result), wanted); };
  });
}

void PeerVerifier::judged(const std::shared_ptr<Verdict>& verdict, engine::crypto::JobResult result, std::vector<Fetch> wanted) {
  const bool room = verdict->rounds > 0 || counters_.pending < most_pending;
  if (wanted.empty() || verdict->rounds == most_rounds || !room) {
    if (verdict->rounds > 0) --counters_.pending;
    ++(std::holds_alternative<engine::crypto::VerifiedPeer>(result) ? counters_.verified : counters_.refused);
    return done_({verdict->id, std::move(result)});
  }
  if (verdict->rounds++ == 0) ++counters_.pending;
  std::set<std::string> keys;
  std::erase_if(wanted, [&](const Fetch& each) { return !keys.insert(each.key).second; });
  verdict->awaited = wanted.size();
  for (const Fetch& each : wanted)
    fetch(each, [this, verdict] {
      if (--verdict->awaited == 0) attempt(verdict);
    });
}

void PeerVerifier::fetch(const Fetch& wanted, std::function<void()> then) {
  auto& waiting = under_way_[wanted.key];
  waiting.push_back(std::move(then));
  if (waiting.size() > 1) return;
  http::Request request{wanted.url, wanted.body, "application/ocsp-request",
                        wanted.body.empty() ? engine::crypto::max_list_octets : engine::crypto::max_ocsp_octets};
  fetcher_.fetch(std::move(request), [this, wanted](const Fetcher::Answer& answer) {
    keep(wanted, answer);
    const auto waiting = std::move(under_way_[wanted.key]);
    under_way_.erase(wanted.key);
    for (const auto& each : waiting) each();
  });
}

void PeerVerifier::keep(const Fetch& what, const Fetcher::Answer& answer) {
  ++(answer.ok() ? counters_.fetched : counters_.failed);
  Document made{what.url, answer.ok() ? *answer : engine::Bytes(), answer.ok() ? "" : answer.failure().why, what.nonce, clock_()};
  if (!answer.ok()) log_(what.url + ": " + made.failure);
  auto changed = std::make_shared<Documents>(*documents_);
  // What fails to come again is no reason to forget what is here.
  const auto before = changed->find(what.key);
  if (answer.ok() || before == changed->end() || !before->second->failure.empty() || !what.body.empty())
    (*changed)[what.key] = std::make_shared<const Document>(std::move(made));
  else
    (*changed)[what.key] =
        std::make_shared<const Document>(Document{what.url, before->second->octets, {}, before->second->nonce, clock_()});
  std::size_t octets = 0;
  for (const auto& [key, each] : *changed) octets += each->octets.size();
  while (changed->size() > most_documents || (octets > most_octets && changed->size() > 1)) {
    const auto oldest = std::min_element(changed->begin(), changed->end(),
                                         [](const auto& a, const auto& b) { return a.second->at < b.second->at; });
    octets -= oldest->second->octets.size();
    changed->erase(oldest);
  }
  documents_ = std::move(changed);
}

void PeerVerifier::refresh(const std::string& url, std::function<void(const std::string&)> then) {
  fetch({url, url}, [this, url, then = std::move(then)] {
    const auto found = documents_->find(url);
    then(found == documents_->end() ? "it is too large to be kept" : found->second->failure);
  });
}

}  // namespace kernel
