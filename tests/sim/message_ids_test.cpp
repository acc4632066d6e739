// Message IDs near 2^32 (RFC 7296, 2.2): they never wrap. Nobody lives through four thousand million exchanges, so two IKE SAs
// are put together by hand, with the IDs they would have then.
#include <deque>

#include "engine/reconcile.hpp"
#include "engine/turn.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

crypto::IkeKeys same_keys() {
  const auto key = [](std::uint8_t fill) { return Secret(Bytes(32, fill)); };
  return {key(1), key(2), key(3), key(4), key(5), key(6), key(7)};
}

/// One end of an IKE SA that is up, and what it says.
class End {
 public:
  End(const Site& site, const Site& peer, Role role, std::uint32_t own, std::uint32_t theirs, std::uint32_t window)
      : rng_(site.wan.octets[3]), site_(site), compiled_(compile(site)) {
    live([&](Turn& turn) { reconcile(turn, compiled_.config, compiled_.interfaces); });
    auto owned = std::make_unique<IkeSa>();
    owned->id = IkeSaId{++core.last_ike_sa};
    owned->role = role;
    owned->spi_i = IkeSpi{1};
    owned->spi_r = IkeSpi{2};
    owned->path = {{site.wan, 500}, {peer.wan, 500}};
    owned->own.restart_at(MessageId{own});
    owned->own.window = window;
    owned->theirs = PeerRequests(MessageId{theirs});
    owned->theirs.window = window;
    const IkeProposal& proposal = *compiled_.config->policies.front()->proposals.front();
    const crypto::IkeSuite suite{proposal.encryption[0], proposal.integrity[0], find_ike_keyword(TransformType::prf, "sha256"),
                                 proposal.groups[0]};
    live([&](Turn& turn) {
      owned->state = Established::make(turn, Channel(suite, same_keys(), role), compiled_.config->profiles.front(), "10",
                                       "PEER-1", Identity::of(site.wan), Identity::of(peer.wan));
    });
    sa = &core.sas.add(std::move(owned));
  }

  /// Something happens, and every job of it is done at once.
  template <class Deed>
  void live(Deed deed) {
    Actions out;
    Turn turn{core, now, out};
    deed(turn);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (auto* datagram = std::get_if<SendDatagram>(&out[i])) {
        said.push_back(std::move(datagram->payload));
      } else if (auto* job = std::get_if<StartJob>(&out[i])) {
        const JobId id = job->id;
        crypto::JobResult result = crypto::run(std::move(job->job), *compiled_.keys);
        if (IkeSa* owner = core.sas.find(core.jobs.at(id))) owner->job_done(turn, id, std::move(result));
      }
    }
    for (const auto& [id, each] : core.sas.all())
      if (!each->gone()) each->check_invariants();
  }
  void hear(const End& from, const Bytes& datagram) {
    const auto message = wire::parse(datagram);
    IkeSa* to = core.sas.find_by_spi(message->header.initiator ? message->header.spi_r : message->header.spi_i);
    if (to) live([&](Turn& turn) { to->receive(turn, {{site_.wan, 500}, {from.site_.wan, 500}, datagram}, *message); });
  }
  /// So many INFORMATIONAL exchanges are to be had, as many at once as there is room for.
  void ask(int count) {
    for (int i = 0; i < count; ++i) sa->established()->tasks.push_back(DisownChildTask{EspSpi{0x1000}});
    live([&](Turn& turn) { sa->proceed(turn); });
  }
  /// A request of this end under any ID.
  Bytes request(std::uint32_t id) {
    return sa->established()->channel.seal(sa->header(ExchangeType::informational, false, MessageId{id}), wire::Payloads{}, rng_);
  }
  /// "INFORMATIONAL request 4294967295" of what was said and not yet taken.
  std::vector<std::string> words() const {
    std::vector<std::string> out;
    for (const Bytes& datagram : said) {
      const auto header = wire::parse_header(datagram);
      out.push_back(std::string(wire::name_of(header->exchange)) + (header->response ? " response " : " request ") +
                    std::to_string(header->message_id.value));
    }
    return out;
  }
  std::size_t ready() const {
    return static_cast<std::size_t>(std::ranges::count_if(core.sas.all(), [](const auto& entry) {
      const Established* up = entry.second->established();
      return up && !up->replaced;
    }));
  }
  std::uint64_t outside() const { return core.dropped[static_cast<std::size_t>(Cause::message_id_outside_window)]; }

 private:
  SeededRng rng_;
  Site site_;
  Compiled compiled_;

 public:
  Core core{rng_};
  Time now{};
  IkeSa* sa = nullptr;
  std::deque<Bytes> said;
};

/// A's requests begin at `own`, B's at zero.
struct Two {
  explicit Two(std::uint32_t own, std::uint32_t window = 1)
      : a(site_a(), site_b(), Role::initiator, own, 0, window), b(site_b(), site_a(), Role::responder, 0, own, window) {}
  void talk() {
    for (int i = 0; i < 200 && !(a.said.empty() && b.said.empty()); ++i) {
      End& from = a.said.empty() ? b : a;
      End& to = &from == &a ? b : a;
      const Bytes datagram = from.said.front();
      from.said.pop_front();
      const auto header = wire::parse_header(datagram);
      arrows.push_back((&from == &a ? "A -> B " : "B -> A ") + std::string(wire::name_of(header->exchange)) +
                       (header->response ? " response " : " request ") + std::to_string(header->message_id.value));
      to.hear(from, datagram);
    }
  }
  /// The rekey that comes long before the end is behind, and was refused.
  void no_rekey() { a.sa->established()->ids_ending = b.sa->established()->ids_ending = true; }
  End a, b;
  Arrows arrows;
};

TEST(MessageIds, NearTheEndTheIkeSaIsRekeyed) {
  Two two(0xfffeffff);
  two.b.sa->established()->ids_ending = true;
  two.a.ask(1);
  two.talk();
  EXPECT_EQ(two.arrows, (Arrows{"A -> B INFORMATIONAL request 4294901759", "B -> A INFORMATIONAL response 4294901759",
                                "A -> B CREATE_CHILD_SA request 4294901760", "B -> A CREATE_CHILD_SA response 4294901760",
                                "A -> B INFORMATIONAL request 4294901761", "B -> A INFORMATIONAL response 4294901761"}));
  for (const End* end : {&two.a, &two.b}) EXPECT_EQ(end->ready(), 1u);
  EXPECT_EQ(two.a.core.sas.all().rbegin()->second->own.next(), MessageId{0});
}

TEST(MessageIds, ThePeersEndIsAsGoodAReason) {
  Two two(0xfffeffff);
  two.a.sa->established()->ids_ending = true;
  two.a.ask(1);
  two.talk();
  EXPECT_EQ(two.arrows, (Arrows{"A -> B INFORMATIONAL request 4294901759", "B -> A INFORMATIONAL response 4294901759",
                                "B -> A CREATE_CHILD_SA request 0", "A -> B CREATE_CHILD_SA response 0",
                                "B -> A INFORMATIONAL request 1", "A -> B INFORMATIONAL response 1"}));
  for (const End* end : {&two.a, &two.b}) EXPECT_EQ(end->ready(), 1u);
}

TEST(MessageIds, BothEndsMayNoticeAtOnce) {
  Two two(0xfffeffff);
  two.a.ask(1);
  two.talk();
  for (const End* end : {&two.a, &two.b}) EXPECT_EQ(end->ready(), 1u);
}

TEST(MessageIds, TheLastOneIsTheDeleteOfTheIkeSa) {
  for (const std::uint32_t window : {1u, 5u}) {
    Two two(0xfffffffc, window);
    two.no_rekey();
    two.a.ask(9);
    EXPECT_EQ(two.a.words().size(), window == 1 ? 1u : 3u) << "never more than there are IDs";
    two.talk();
    EXPECT_EQ(std::ranges::count_if(two.arrows, [](const std::string& arrow) { return arrow.starts_with("A -> B"); }), 4);
    EXPECT_EQ(two.arrows[two.arrows.size() - 2], "A -> B INFORMATIONAL request 4294967295");
    EXPECT_EQ(two.arrows.back(), "B -> A INFORMATIONAL response 4294967295");
    EXPECT_TRUE(two.a.sa->gone());
    EXPECT_EQ(two.b.ready(), 0u);
  }
}

TEST(MessageIds, AroundTheEndARepeatedRequestGetsItsAnswerAndNothingElse) {
  for (const std::uint32_t window : {1u, 5u}) {
    Two two(0xfffffffd, window);
    two.no_rekey();
    std::vector<Bytes> requests, answers;
    for (const std::uint32_t id : {0xfffffffdu, 0xfffffffeu, 0xffffffffu}) {
      requests.push_back(two.a.request(id));
      two.b.hear(two.a, requests.back());
      ASSERT_EQ(two.b.said.size(), 1u) << id;
      answers.push_back(two.b.said.front());
      two.b.said.pop_front();
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      two.b.hear(two.a, requests[i]);
      const bool kept = window > requests.size() - 1 - i;
      ASSERT_EQ(two.b.said.size(), kept ? 1u : 0u) << i;
      if (kept) {
        EXPECT_EQ(two.b.said.front(), answers[i]);
      }
      two.b.said.clear();
    }
    const std::uint64_t before = two.b.outside();
    for (const std::uint32_t id : {0u, 1u, 4u, 0xfffffff0u}) two.b.hear(two.a, two.a.request(id));
    EXPECT_TRUE(two.b.said.empty()) << "they do not begin again";
    EXPECT_EQ(two.b.outside(), before + 4);
    two.b.hear(two.a, two.a.request(0xffffffff));
    EXPECT_TRUE(two.b.said.empty()) << "another message under an ID that was answered";
  }
}

TEST(MessageIds, TheWindowEndsWithTheNumbers) {
  PeerRequests theirs(MessageId{0xfffffffc});
  theirs.window = 5;
  const SocketAddress at{ip("192.0.2.1"), 500};
  for (const std::uint32_t id : {0xffffffffu, 0xfffffffdu, 0xfffffffcu, 0xfffffffeu}) {
    EXPECT_TRUE(theirs.expects(MessageId{id})) << id;
    theirs.begin(MessageId{id}, {}, at, at).parcel = Parcel::of({1});
    EXPECT_FALSE(theirs.expects(MessageId{id})) << id;
    EXPECT_FALSE(theirs.expects(MessageId{0}));
  }
  EXPECT_EQ(theirs.lowest(), last_message_id);
}

}  // namespace
}  // namespace sim
