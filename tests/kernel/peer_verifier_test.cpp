// A verdict that needs something fetched, and everybody else, who waits for none of it.
#include "kernel/peer_verifier.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "engine/crypto/jobs.hpp"
#include "kernel/system_random.hpp"
#include "tests/pki/maker.hpp"

namespace kernel {
namespace {

using namespace std::chrono_literals;
using engine::Cause;
using engine::Failure;

constexpr const char* list_url = "http://ca.example.net/root.crl";

struct Verifier : testing::Test {
  pki::Holder root = pki::authority();
  pki::Holder peer = with_url(root);
  std::shared_ptr<engine::Trustpoint> trustpoint = std::make_shared<engine::Trustpoint>();
  Loop loop;
  std::vector<engine::JobDone> done;
  std::vector<std::string> logged;
  Workers workers{loop, [this](engine::JobDone each) { done.push_back(std::move(each)); }, 2};
  std::atomic<int> asked{0};
  std::function<Fetcher::Answer(const http::Request&)> server = [](const http::Request&) {
    return Failure{.why = "Connection refused"};
  };
  Fetcher fetcher{loop, [this](const http::Request& request) {
                    ++asked;
                    return server(request);
                  }};
  SystemRandom random;
  engine::WallTime clock = pki::now;
  PeerVerifier verifier{workers,
                        fetcher,
                        random,
                        [this] { return clock; },
                        [this](engine::JobDone each) { done.push_back(std::move(each)); },
                        [this](const std::string& what) { logged.push_back(what); }};

  Verifier() {
    trustpoint->name = "TP";
    trustpoint->anchors = {root.certificate()};
    trustpoint->revocation = {engine::RevocationMethod::crl};
  }
  static pki::Holder with_url(const pki::Holder& issuer) {
    return pki::issue({"CN=gw", {{"crlDistributionPoints", std::string("URI:") + list_url}, {"subjectAltName", "DNS:gw"}}},
                      &issuer);
  }
  void start(std::uint64_t id, const pki::Holder& who) {
    engine::crypto::VerifyPeerJob job;
    job.presented = {who.der};
    job.trustpoints = {trustpoint};
    job.identity = {engine::IdType::fqdn, {'g', 'w'}};
    job.scheme = engine::scheme_for(engine::KeyKind::ecdsa_p256, {}, false);
    verifier.start({{id}, std::move(job)});
  }
  void turn_until(std::size_t answers) {
    for (int i = 0; i < 500 && done.size() < answers; ++i) loop.turn(10ms);
    ASSERT_EQ(done.size(), answers);
  }
  Cause cause(std::size_t at) const {
    const auto* failure = std::get_if<Failure>(&done.at(at).result);
    return failure ? failure->cause : Cause::none;
  }
};

// The signature of these jobs is empty: a verdict that comes so far found nothing against the certificate.
constexpr Cause certificate_is_good = Cause::signature_mismatch;

TEST_F(Verifier, TheListIsFetchedOnceForAll) {
  server = [this](const http::Request& request) -> Fetcher::Answer {
    EXPECT_EQ(request.url, list_url);
    std::this_thread::sleep_for(20ms);
    return pki::crl(root, {});
  };
  for (std::uint64_t id = 1; id <= 20; ++id) start(id, peer);
  turn_until(20);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(cause(i), certificate_is_good);
  EXPECT_EQ(asked, 1);
  start(21, peer);
  turn_until(21);
  EXPECT_EQ(asked, 1) << "and kept";
  clock += 2 * pki::day;
  start(22, peer);
  turn_until(22);
  EXPECT_EQ(asked, 2) << "as long as it says";
}

TEST_F(Verifier, RevokedMeansRevoked) {
  server = [this](const http::Request&) { return pki::crl(root, {pki::serial_of(peer)}); };
  start(1, peer);
  turn_until(1);
  EXPECT_EQ(cause(0), Cause::certificate_revoked);
  EXPECT_EQ(verifier.counters().refused, 1U);
}

TEST_F(Verifier, AServerThatDoesNotAnswerIsLoggedAndNotAskedByEverybody) {
  for (std::uint64_t id = 1; id <= 3; ++id) {
    start(id, peer);
    turn_until(id);
    EXPECT_EQ(cause(id - 1), Cause::revocation_unknown);
  }
  EXPECT_EQ(asked, 1);
  ASSERT_EQ(logged.size(), 1U);
  EXPECT_EQ(logged.front(), std::string(list_url) + ": Connection refused");
  clock += 61;
  server = [this](const http::Request&) { return pki::crl(root, {}); };
  start(4, peer);
  turn_until(4);
  EXPECT_EQ(cause(3), certificate_is_good);
}

TEST_F(Verifier, NobodyElseWaits) {
  std::mutex held;
  held.lock();
  server = [&](const http::Request&) -> Fetcher::Answer {
    const std::lock_guard until(held);
    return pki::crl(root, {});
  };
  start(1, peer);
  for (int i = 0; i < 500 && asked == 0; ++i) loop.turn(1ms);
  const pki::Holder stranger = with_url(pki::authority("CN=Stranger"));
  start(2, stranger);
  turn_until(1);
  EXPECT_EQ(done.front().id.value, 2U);
  EXPECT_EQ(cause(0), Cause::unknown_authority);
  EXPECT_EQ(verifier.counters().pending, 1U);
  held.unlock();
  turn_until(2);
  EXPECT_EQ(asked, 1) << "nothing is fetched for a stranger";
}

TEST_F(Verifier, WhatIsKeptIsBounded) {
  server = [this](const http::Request&) { return pki::crl(root, {}); };
  trustpoint->crl_url = list_url;
  for (std::size_t i = 0; i < PeerVerifier::most_documents + 10; ++i) {
    bool came = false;
    verifier.refresh("http://ca.example.net/" + std::to_string(i), [&](const std::string& failure) {
      came = true;
      EXPECT_EQ(failure, "");
    });
    for (int turns = 0; turns < 500 && !came; ++turns) loop.turn(10ms);
  }
  EXPECT_EQ(verifier.documents().size(), PeerVerifier::most_documents);
}

TEST_F(Verifier, AListThatComesAgainAndAgainEnds) {
  trustpoint->crl_age = 0;
  server = [this](const http::Request&) {
    clock += 1;
    return pki::crl(root, {}, pki::now - 9, pki::now - 5);
  };
  start(1, peer);
  turn_until(1);
  EXPECT_EQ(cause(0), Cause::revocation_unknown);
  EXPECT_LE(asked, static_cast<int>(PeerVerifier::most_rounds));
}

}  // namespace
}  // namespace kernel
