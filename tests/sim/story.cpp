#include "tests/sim/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

namespace sim {
namespace {

using namespace engine;

enum class Fault { none, traffic, twice, lost, late, last };
constexpr const char* name_of(Fault fault) {
  constexpr std::array names{"as told", "with traffic between", "twice", "lost", "late", "last"};
  return names[static_cast<std::size_t>(fault)];
}

struct Telling {
  bool a_starts = true, pfs = false;
  std::array<std::uint8_t, 4> nonces{1, 2, 3, 4};  // A asks, A answers, B asks, B answers
  Fault fault = Fault::none;
  std::size_t at = 0;  // the step it befalls

  /// The SA made with the lowest nonce is redundant (RFC 7296, 2.8.1): a's is made of "A asks" and "B answers".
  bool b_survives() const { return std::min(nonces[0], nonces[3]) < std::min(nonces[1], nonces[2]); }
  std::string text() const {
    std::string out = a_starts ? "A is initiator" : "B is initiator";
    out += pfs ? ", PFS, nonces" : ", nonces";
    for (const auto octet : nonces) out += " " + std::to_string(octet);
    return out + ", " + name_of(fault) + (fault > Fault::traffic ? " at step " + std::to_string(at) : "");
  }
};

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }
bool is_message(const Step& step) { return std::string(step.what).find(" -> ") != std::string::npos; }
bool tells_of(const Story& story, const std::string& deed) {
  return std::ranges::any_of(story.steps, [&](const Step& s) { return std::string(s.what).ends_with(deed); });
}

const std::string guessing_wrong = ", guessing wrong";
/// The group that both want, and those that A and B try first where they guess wrong.
constexpr std::uint16_t right_group = 19, wrong_group_a = 20, wrong_group_b = 32;

/// Who guesses wrong offers the right group too, as a peer with several would; ours have one of a Child SA.
void offer_right_group(Utterance& u) {
  const auto* ke = part<wire::KePayload>(u);
  auto* sa = part<wire::SaPayload>(u);
  if (!ke || !sa || u.header.response || (ke->group != wrong_group_a && ke->group != wrong_group_b)) return;
  for (wire::Proposal& proposal : sa->proposals)
    if (proposal.protocol == wire::Protocol::esp)
      proposal.transforms.push_back({static_cast<std::uint8_t>(TransformType::key_exchange), right_group, 0, false});
}

class Stage {
 public:
  Stage(const Story& story, const Telling& telling, JobMemo& memo, bool narrate) : story_(story), telling_(telling), world_(11) {
    world_.memo = &memo;
    world_.tap = std::make_unique<Wiretap>();
    if (narrate) world_.narrate();
    world_.debugging = telling.fault == Fault::none;
    Site left = site_a(1), right = site_b(1);
    const bool wrong_child = tells_of(story, "child" + guessing_wrong);
    for (Site* site : {&left, &right}) {
      if (telling.pfs) site->tunnels[0].pfs = wrong_child ? std::to_string(right_group) : "31";
      if (tells_of(story, "IKE" + guessing_wrong)) site->ike.groups = {"31", std::to_string(right_group)};
    }
    if (story.sites) story.sites(left, right);
    if (tells_of(story, "A rekeys IKE")) left.ike_lifetime = 10min;
    if (tells_of(story, "B rekeys IKE")) right.ike_lifetime = 10min;
    a_ = &world_.add(left);
    b_ = &world_.add(right);
    if (!story.from_nothing) come_up();
    if (wrong_child || story.says)
      impair(world_, [this, wrong_child, says = story.says](Utterance& u, const Flight& flight) mutable {
        if (wrong_child) offer_right_group(u);
        if (says) says(u, a_->owns(flight.from.ip));
      });
    a_->asks_with = telling.nonces[0];
    a_->answers_with = telling.nonces[1];
    b_->asks_with = telling.nonces[2];
    b_->answers_with = telling.nonces[3];
    world_.hold = true;
    seen_ = world_.recorded().size();
  }

  std::vector<std::string> live() {
    std::vector<Flight> postponed;
    const bool carries = story_.children > 0 && !story_.goes_down && !story_.from_nothing;
    for (std::size_t i = 0; i < story_.steps.size() && problems_.empty(); ++i) {
      const Step& step = story_.steps[i];
      const bool befallen = i == telling_.at && is_message(step) && telling_.fault > Fault::traffic;
      if (befallen && (telling_.fault == Fault::late || telling_.fault == Fault::last)) {
        if (const auto index = world_.find_waiting(step.what)) {
          postponed.push_back(world_.waiting()[*index]);
          world_.lose_waiting(*index);
        }
        continue;
      }
      happen(step, befallen);
      if (telling_.fault == Fault::late)
        for (; !postponed.empty(); postponed.pop_back()) world_.deliver(postponed.back());
      name_new_ones();
      if (telling_.fault == Fault::none || telling_.fault == Fault::twice) compare(i, step);
      if (telling_.fault == Fault::traffic && carries) expect_traffic(std::string("after ") + step.what);
    }
    if (telling_.fault == Fault::none && !world_.waiting().empty())
      problems_.push_back("more is said than the story tells: " + world_.arrow(world_.waiting().front()));
    finish(postponed);
    return problems_;
  }

 private:
  SelectorPair packet_from(const Node& node, unsigned line = 1) const {
    const std::string a = "192.168." + std::to_string(line) + ".1", b = "10.0." + std::to_string(line == 1 ? 0 : line) + ".1";
    return &node == a_ ? packet(a, b, 1) : packet(b, a, 1);
  }

  void come_up() {
    Node& first = telling_.a_starts ? *a_ : *b_;
    world_.send(first, packet_from(first));
    world_.run_for(3s);  // PFS has shown by then
    for (Node* node : {a_, b_})
      if (node->site.ike_lifetime == 10min) world_.stall(std::max(Duration(0), *node->endpoint->next_deadline() - world_.now()));
    for (Node* node : {a_, b_}) {
      for (const auto& [id, sa] : node->plane.inbound()) names_[sa.sa.spi.value] = "o";
      for (const IkeSaView& sa : node->view().ike_sas) names_[sa.spi_local.value] = "o";
      node->notices.clear();
    }
  }

  void happen(const Step& step, bool befallen) {
    const std::string what = step.what;
    if (what == "time") {
      const std::size_t before = world_.waiting().size();
      for (int i = 0; i < 20 && world_.waiting().size() <= before; ++i) world_.tick_next(30s);
    } else if (!is_message(step)) {
      deed(what.front() == 'A' ? *a_ : *b_, what.substr(1));
    } else if (begins(what, "lose ")) {
      const auto index = world_.find_waiting(what.substr(5));
      if (!index) return missing(what);
      world_.lose_waiting(*index);
    } else {
      const auto index = next(what);
      if (!index) return missing(what);
      const Flight flight = world_.waiting()[*index];
      arrived_.insert(flight.payload);
      world_.lose_waiting(*index);
      if (!befallen) return world_.deliver(flight);
      if (telling_.fault == Fault::lost) return;
      world_.deliver(flight);
      world_.deliver(flight);
    }
  }

  /// The oldest that reads so, but rather one that did not arrive before: what is repeated has its turn at the end.
  std::optional<std::size_t> next(const std::string& what) const {
    for (std::size_t i = 0; i < world_.waiting().size(); ++i)
      if (begins(world_.arrow(world_.waiting()[i]), what) && !arrived_.contains(world_.waiting()[i].payload)) return i;
    return world_.find_waiting(what);
  }

  /// After a fault the rest of the story may go another way.
  void missing(const std::string& what) {
    if (telling_.fault <= Fault::traffic) problems_.push_back("nothing under way reads " + what);
  }

  void deed(Node& node, const std::string& what) {
    const auto child = node.plane.inbound().begin();
    const auto expires = [&](ExpireKind kind) {
      if (child != node.plane.inbound().end()) world_.feed(node, Expire{child->first, kind});
    };
    if (what == " rekeys child") {
      expires(ExpireKind::soft);
    } else if (what == "'s child expires") {
      expires(ExpireKind::hard);
    } else if (what == " rekeys newest") {
      world_.feed(node, Expire{node.plane.inbound().rbegin()->first, ExpireKind::soft});
    } else if (what == "'s newest expires") {
      world_.feed(node, Expire{node.plane.inbound().rbegin()->first, ExpireKind::hard});
    } else if (what == " rekeys all") {
      std::vector<ChildSaId> all;
      for (const auto& [id, sa] : node.plane.inbound()) all.push_back(id);
      for (const ChildSaId id : all) world_.feed(node, Expire{id, ExpireKind::soft});
    } else if (what == " rekeys IKE") {
      world_.tick(node);  // its soft limit has passed
    } else if (what == " deletes child") {
      world_.feed(node, Clear{ClearWhat::child_sas, std::nullopt});
    } else if (what == " deletes IKE") {
      world_.feed(node, Clear{ClearWhat::ike_sas, std::nullopt});
    } else if (what == " creates child") {
      world_.send(node, packet_from(node, 2));
    } else if (what == " restarts") {
      world_.restart(node);
    } else if (what == " sends") {
      world_.send(node, packet_from(node));
    } else if (what == " asks for child") {
      world_.feed(node, Acquire{node.plane.meet(packet_from(node)).line, packet_from(node)});
    } else if (what.ends_with(guessing_wrong)) {
      guess_wrong(node, what.substr(0, what.size() - guessing_wrong.size()));
    } else {
      problems_.push_back("no such deed: " + what);
    }
  }

  /// Of a Child SA the wrong group is configured while it asks. An IKE SA of a group that is not configured any more is
  /// rekeyed at once, and the first group that is configured is the guess.
  void guess_wrong(Node& node, const std::string& what) {
    const std::string wrong = std::to_string(&node == a_ ? wrong_group_a : wrong_group_b), right = std::to_string(right_group);
    Site site = node.site;
    if (what == " rekeys IKE") {
      site.ike.groups = {wrong, right};
      return world_.configure(node, site);
    }
    site.tunnels[0].pfs = wrong;
    world_.configure(node, site);
    deed(node, what);
    site.tunnels[0].pfs = right;
    world_.configure(node, site);
  }

  /// Names what the messages since the last look ask for and answer.
  void name_new_ones() {
    for (; seen_ < world_.recorded().size(); ++seen_) {
      const Bytes& datagram = world_.recorded()[seen_].payload;
      const auto payloads = world_.tap->payloads(datagram);
      const auto header = wire::parse_header(datagram);
      if (!header.ok()) continue;
      const bool from_a = world_.recorded()[seen_].from.ip == a_->site.wan;
      const bool asked_by_a = from_a != header->response;
      if (header->exchange == wire::ExchangeType::ike_sa_init) {
        names_[header->response ? header->spi_r.value : header->spi_i.value] = asked_by_a ? "a" : "b";
        continue;
      }
      const auto* sa = wire::find<wire::SaPayload>(payloads);
      if (!sa || sa->proposals.empty()) continue;
      Reader spi(sa->proposals.front().spi);
      const std::uint64_t value = spi.left() == 8 ? *spi.u64() : spi.u32().value_or(0);
      const auto key = std::pair{asked_by_a, header->message_id.value};
      if (const auto known = names_.find(value); known != names_.end()) {
        if (!header->response) asked_names_[key] = known->second;  // asked for again
        continue;
      }
      if (!header->response) {
        const unsigned count = ++asked_[asked_by_a];
        asked_names_[key] = std::string(asked_by_a ? "a" : "b") + (count > 1 ? std::to_string(count) : "");
      }
      names_[value] = asked_names_[key];
    }
  }

  std::string name(std::uint64_t spi) const {
    const auto known = names_.find(spi);
    return known == names_.end() ? "?" : known->second;
  }
  std::string list(const std::map<ChildSaId, InstalledSa>& installed) const {
    std::map<std::uint64_t, std::string> in_order;
    for (const auto& [id, sa] : installed) in_order[sa.order] = name(sa.sa.spi.value);
    std::string out;
    for (const auto& [order, text] : in_order) out += (out.empty() ? "" : " ") + text;
    return out;
  }
  std::string state(const Node& node, bool with_ike) const {
    std::string out;
    if (with_ike) {
      for (const IkeSaView& sa : node.view().ike_sas)
        out += name(sa.spi_local.value) + (sa.status == SaStatus::ready ? " " : "~ ");
      out += "; ";
    }
    return out + list(node.plane.inbound()) + " | " + list(node.plane.outbound());
  }

  void compare(std::size_t at, const Step& step) {
    const bool other = telling_.b_survives();
    const std::string want_a = other && step.a_if_b ? step.a_if_b : step.a;
    const std::string want_b = other && step.b_if_b ? step.b_if_b : step.b;
    for (const auto& [node, want] : {std::pair{a_, want_a}, std::pair{b_, want_b}}) {
      if (want.empty()) continue;
      const std::string is = state(*node, want.find(';') != std::string::npos);
      if (is != want)
        problems_.push_back("step " + std::to_string(at) + ", " + step.what + ": " + node->name() + " holds " + is + ", not " +
                            want);
    }
  }

  void expect_traffic(const std::string& when) {
    for (Node* node : {a_, b_})
      if (world_.send(*node, packet_from(*node)) != Outcome::delivered)
        problems_.push_back("a packet of " + node->name() + " is lost " + when);
  }

  void finish(const std::vector<Flight>& postponed) {
    for (Node* node : {a_, b_}) node->asks_with = node->answers_with = std::nullopt;
    for (int i = 0; i < 300 && !world_.waiting().empty(); ++i) world_.deliver_waiting(0);
    for (const Flight& flight : postponed) world_.deliver(flight);
    for (int i = 0; i < 300 && !world_.waiting().empty(); ++i) world_.deliver_waiting(0);
    world_.hold = false;
    world_.run_for(400s);
    for (const std::string& problem : world_.unsettled()) problems_.push_back(problem);
    for (const std::string& violation : world_.violations()) problems_.push_back(violation);
    const bool exact = story_.same_with_faults || telling_.fault <= Fault::twice;
    for (Node* node : {a_, b_}) {
      if (exact && node->children() != story_.children)
        problems_.push_back(node->name() + ": " + std::to_string(node->children()) + " Child SAs in the end");
      if (exact && node->ready() != story_.ike_sas)
        problems_.push_back(node->name() + ": " + std::to_string(node->ready()) + " IKE SAs in the end");
      for (const Notice& n : node->notices)
        if (!story_.goes_down && !story_.from_nothing &&
            (n.kind == NoticeKind::ike_sa_down || n.kind == NoticeKind::child_sa_down || n.kind == NoticeKind::ike_sa_up ||
             (n.kind == NoticeKind::child_sa_up && story_.children == 1)))
          problems_.push_back(node->name() + ": a rekey is told as an SA that came up or went down");
    }
    if (exact && story_.children > 0) expect_traffic("in the end");
  }

  const Story& story_;
  const Telling telling_;
  World world_;
  Node *a_ = nullptr, *b_ = nullptr;
  std::map<std::uint64_t, std::string> names_;
  std::map<std::pair<bool, std::uint32_t>, std::string> asked_names_;
  std::map<bool, unsigned> asked_;
  std::size_t seen_ = 0;
  std::set<Bytes> arrived_;
  std::vector<std::string> problems_;
};

/// False: it failed, and was told.
bool live(const Story& story, const Telling& telling, JobMemo& memo) {
  const auto problems = Stage(story, telling, memo, false).live();
  if (problems.empty()) return true;
  (void)Stage(story, telling, memo, true).live();
  for (const std::string& problem : problems) ADD_FAILURE() << telling.text() << ": " << problem;
  return false;
}

}  // namespace

void play(const Story& story) {
  JobMemo memo;
  const char* sample = std::getenv("SALLYPORT_EVERY");
  const std::size_t every = sample ? std::strtoul(sample, nullptr, 10) : 1;
  std::size_t told = 0;
  const bool needs_pfs = tells_of(story, "child" + guessing_wrong);
  for (const bool pfs : {false, true}) {
    if (pfs ? !story.with_pfs : needs_pfs) continue;
    for (const bool a_starts : {true, false}) {
      if (story.from_nothing && !a_starts) continue;
      Telling telling{a_starts, pfs, {1, 2, 3, 4}, Fault::none, 0};
      do {
        if (story.survivor != Survivor::any && (story.survivor == Survivor::b) != telling.b_survives()) continue;
        for (const Fault fault : {Fault::none, Fault::traffic, Fault::twice, Fault::lost, Fault::late, Fault::last}) {
          telling.fault = fault;
          for (telling.at = 0; telling.at < (fault > Fault::traffic ? story.steps.size() : 1); ++telling.at) {
            if (fault > Fault::traffic && !is_message(story.steps[telling.at])) continue;
            if (++told % every != 0) continue;
            if (!live(story, telling, memo)) return;
          }
        }
      } while (std::ranges::next_permutation(telling.nonces).found);
    }
  }
  EXPECT_GE(told, 48u);
}

}  // namespace sim
