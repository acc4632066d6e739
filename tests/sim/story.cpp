#include "tests/sim/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

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

class Stage {
 public:
  Stage(const Story& story, const Telling& telling, JobMemo& memo, bool narrate) : story_(story), telling_(telling), world_(11) {
    world_.memo = &memo;
    world_.tap = std::make_unique<Wiretap>();
    if (narrate) world_.narrate();
    Site left = site_a(1), right = site_b(1);
    if (telling.pfs) left.tunnels[0].pfs = right.tunnels[0].pfs = "31";
    const auto rekeys_ike = [&](const char* who) {
      return std::ranges::any_of(story.steps, [&](const Step& s) { return s.what == std::string(who) + " rekeys IKE"; });
    };
    if (rekeys_ike("A")) left.ike_lifetime = 10min;
    if (rekeys_ike("B")) right.ike_lifetime = 10min;
    a_ = &world_.add(left);
    b_ = &world_.add(right);
    Node& first = telling.a_starts ? *a_ : *b_;
    world_.send(first, packet_from(first));
    world_.run_until_idle();
    for (Node* node : {a_, b_})
      if (node->site.ike_lifetime == 10min) world_.stall(std::max(Duration(0), *node->endpoint->next_deadline() - world_.now()));
    for (Node* node : {a_, b_}) {
      for (const auto& [id, sa] : node->plane.inbound()) names_[sa.sa.spi.value] = "o";
      for (const IkeSaView& sa : node->view().ike_sas) names_[sa.spi_local.value] = "o";
      node->notices.clear();
    }
    a_->asks_with = telling.nonces[0];
    a_->answers_with = telling.nonces[1];
    b_->asks_with = telling.nonces[2];
    b_->answers_with = telling.nonces[3];
    world_.hold = true;
    seen_ = world_.recorded().size();
  }

  std::vector<std::string> live() {
    std::vector<Flight> postponed;
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
      if (telling_.fault == Fault::traffic) expect_traffic(std::string("after ") + step.what);
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

  void happen(const Step& step, bool befallen) {
    const std::string what = step.what;
    if (what == "time") {
      for (int i = 0; i < 20 && !(i > 0 && !world_.waiting().empty()); ++i) world_.tick_next(30s);
    } else if (!is_message(step)) {
      deed(what.front() == 'A' ? *a_ : *b_, what.substr(1));
    } else if (begins(what, "lose ")) {
      const auto index = world_.find_waiting(what.substr(5));
      if (!index) return missing(what);
      world_.lose_waiting(*index);
    } else {
      const auto index = world_.find_waiting(what);
      if (!index) return missing(what);
      if (!befallen) return world_.deliver_waiting(*index);
      const Flight flight = world_.waiting()[*index];
      world_.lose_waiting(*index);
      if (telling_.fault == Fault::lost) return;
      world_.deliver(flight);
      world_.deliver(flight);
    }
  }

  /// After a fault the rest of the story may go another way.
  void missing(const std::string& what) {
    if (telling_.fault <= Fault::traffic) problems_.push_back("nothing under way reads " + what);
  }

  void deed(Node& node, const std::string& what) {
    const auto child = node.plane.inbound().begin();
    if (what == " rekeys child" || what == "'s child expires") {
      const ExpireKind kind = what == " rekeys child" ? ExpireKind::soft : ExpireKind::hard;
      if (child != node.plane.inbound().end()) world_.feed(node, Expire{child->first, kind});
    } else if (what == " rekeys IKE") {
      world_.tick(node);  // its soft limit has passed
    } else if (what == " deletes child") {
      world_.feed(node, Clear{ClearWhat::child_sas, std::nullopt});
    } else if (what == " deletes IKE") {
      world_.feed(node, Clear{ClearWhat::ike_sas, std::nullopt});
    } else if (what == " creates child") {
      world_.send(node, packet_from(node, 2));
    } else {
      problems_.push_back("no such deed: " + what);
    }
  }

  /// Names what the messages since the last look ask for and answer.
  void name_new_ones() {
    for (; seen_ < world_.recorded().size(); ++seen_) {
      const Bytes& datagram = world_.recorded()[seen_].payload;
      const auto payloads = world_.tap->payloads(datagram);
      const auto header = wire::parse_header(datagram);
      const auto* sa = wire::find<wire::SaPayload>(payloads);
      if (!header.ok() || !sa || sa->proposals.empty()) continue;
      Reader spi(sa->proposals.front().spi);
      const std::uint64_t value = spi.left() == 8 ? *spi.u64() : spi.u32().value_or(0);
      if (names_.contains(value)) continue;
      const bool from_a = world_.recorded()[seen_].from.ip == a_->site.wan;
      const bool asked_by_a = from_a != header->response;
      const auto key = std::pair{asked_by_a, header->message_id.value};
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
    if (story_.children == 0 || story_.goes_down) return;
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
        if (!story_.goes_down && (n.kind == NoticeKind::ike_sa_down || n.kind == NoticeKind::child_sa_down ||
                                  n.kind == NoticeKind::ike_sa_up || (n.kind == NoticeKind::child_sa_up && story_.children == 1)))
          problems_.push_back(node->name() + ": a rekey is told as an SA that came up or went down");
    }
    if (exact) expect_traffic("in the end");
  }

  const Story& story_;
  const Telling telling_;
  World world_;
  Node *a_ = nullptr, *b_ = nullptr;
  std::map<std::uint64_t, std::string> names_;
  std::map<std::pair<bool, std::uint32_t>, std::string> asked_names_;
  std::map<bool, unsigned> asked_;
  std::size_t seen_ = 0;
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
  for (const bool pfs : {false, true}) {
    if (pfs && !story.with_pfs) continue;
    for (const bool a_starts : {true, false}) {
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
