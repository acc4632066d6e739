// Every interleaving of two operations that meet, to a fixed depth: at each point one of the things that could happen next
// is chosen (an operation begins, a datagram arrives or is lost, a job is done, time passes), every list of choices is
// lived through from the start, and after its end both sides must come to agree. A failure prints its choices.
// SALLYPORT_DEPTH: how many choices (8).
//
// With additional key exchanges (RFC 9370) a rekey is four messages and a Delete; there jobs are done at once, so that the
// choices reach into the IKE_FOLLOWUP_KE exchanges of both, and six of them are made (depth 8 was lived through once).
#include <cstdlib>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using Choices = std::vector<unsigned>;

/// What a node can be made to do.
enum class Deed { rekey_child, rekey_ike, delete_child, delete_ike, create_child };

struct Encounter {
  const char* name;
  Deed a, b;
  bool followup = false;  // each rekey has an additional key exchange
};

struct Lived {
  /// How many ways there were to go at each point; the last entries may lie beyond the choices made.
  std::vector<unsigned> widths;
  std::vector<std::string> told, problems;
};

class Player {
 public:
  Player(const Encounter& what, unsigned lowest, JobMemo& memo) : what_(what), world_(7) {
    world_.memo = &memo;
    world_.record = false;
    world_.debugging = false;  // hundreds of thousands of lives; the stories tell the same ones
    Site left = site_a(1), right = site_b(1);
    if (what.a == Deed::rekey_ike) left.ike_lifetime = 10min;
    if (what.b == Deed::rekey_ike) right.ike_lifetime = 10min;
    if (what.followup)
      for (Site* site : {&left, &right}) {
        site->tunnels[0].pfs = "31";
        site->ike.additional = site->tunnels[0].pfs_additional = {{{"19"}}};
      }
    a_ = &world_.add(left);
    b_ = &world_.add(right);
    world_.send(*a_, first_);
    world_.run_for(what.followup ? 3s : 100ms);  // PFS has shown by then
    if (world_.send(*a_, first_) != Outcome::delivered) run_.problems.push_back("no SA to begin with");
    for (Node* node : {a_, b_})
      if (node->site.ike_lifetime == 10min)
        world_.stall(std::max(engine::Duration(0), *node->endpoint->next_deadline() - world_.now()));
    // Of the four nonces one is the lowest: a's request, its answer, b's answer, b's request.
    const auto octet = [&](unsigned which) { return static_cast<std::uint8_t>(which == lowest ? 1 : 16 + which); };
    a_->asks_with = octet(0);
    a_->answers_with = octet(1);
    b_->answers_with = octet(2);
    b_->asks_with = octet(3);
    for (Node* node : {a_, b_}) node->jobs = what.followup ? Jobs::at_once : Jobs::held;
    world_.hold = true;
  }

  /// Makes the choices, then goes on in order until all is quiet.
  Lived play(const Choices& choices, unsigned depth) {
    for (unsigned i = 0; i < depth; ++i) {
      const auto ways = possible();
      if (ways.empty()) break;
      run_.widths.push_back(static_cast<unsigned>(ways.size()));
      const auto& way = ways.at(i < choices.size() ? choices[i] : 0);
      if (world_.record) run_.told.push_back(way.name);
      way.what();
    }
    end();
    return std::move(run_);
  }
  void narrate() {
    world_.record = true;
    world_.narrate();
  }

 private:
  struct Way {
    std::string name;
    std::function<void()> what;
  };

  std::vector<Way> possible() {
    std::vector<Way> out;
    for (std::size_t i = 0; i < world_.waiting().size(); ++i)
      out.push_back({"deliver " + world_.arrow(world_.waiting()[i]), [this, i] { world_.deliver_waiting(i); }});
    for (Node* node : {a_, b_})
      if (!node->held.empty()) out.push_back({node->name() + " job", [this, node] { world_.run_held_job(*node); }});
    if (!begun_a_) out.push_back({"A begins", [this] { begin(*a_, what_.a, begun_a_); }});
    if (!begun_b_) out.push_back({"B begins", [this] { begin(*b_, what_.b, begun_b_); }});
    if (losses_ < 2)
      for (std::size_t i = 0; i < world_.waiting().size(); ++i)
        out.push_back({"lose " + world_.arrow(world_.waiting()[i]), [this, i] {
                         ++losses_;
                         world_.lose_waiting(i);
                       }});
    if (ticks_ < 2 && begun_a_ && begun_b_)
      out.push_back({"time", [this] {
                       ++ticks_;
                       world_.tick_next(10s);
                     }});
    return out;
  }

  void begin(Node& node, Deed deed, bool& begun) {
    begun = true;
    const auto child = node.plane.inbound().begin();
    switch (deed) {
      case Deed::rekey_child:
        if (child != node.plane.inbound().end()) world_.feed(node, engine::Expire{child->first, engine::ExpireKind::soft});
        break;
      case Deed::delete_child:
        if (child != node.plane.inbound().end()) world_.feed(node, engine::Expire{child->first, engine::ExpireKind::hard});
        break;
      case Deed::rekey_ike:
        world_.tick(node);  // its soft limit has passed
        break;
      case Deed::delete_ike:
        world_.feed(node, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
        break;
      case Deed::create_child:
        world_.send(node, &node == a_ ? second_ : second_back_);
        break;
    }
  }

  void end() {
    for (Node* node : {a_, b_}) node->asks_with = node->answers_with = std::nullopt;
    if (!begun_a_) begin(*a_, what_.a, begun_a_);
    if (!begun_b_) begin(*b_, what_.b, begun_b_);
    // In order, until nothing is under way.
    for (int i = 0; i < 200 && (!world_.waiting().empty() || !a_->held.empty() || !b_->held.empty()); ++i) {
      for (Node* node : {a_, b_})
        if (!node->held.empty()) world_.run_held_job(*node);
      if (!world_.waiting().empty()) world_.deliver_waiting(0);
    }
    world_.hold = false;
    for (Node* node : {a_, b_}) node->jobs = Jobs::at_once;
    world_.run_for(400s);
    for (const std::string& problem : world_.unsettled()) run_.problems.push_back(problem);
    const bool deleted = what_.a == Deed::delete_child || what_.b == Deed::delete_child || what_.a == Deed::delete_ike ||
                         what_.b == Deed::delete_ike;
    if (!deleted) {
      for (Node* node : {a_, b_}) {
        const auto& packet = node == a_ ? first_ : back_;
        if (world_.send(*node, packet) != Outcome::delivered) run_.problems.push_back(node->name() + ": traffic does not pass");
        if (node->ready() != 1) run_.problems.push_back(node->name() + ": " + std::to_string(node->ready()) + " IKE SAs");
        for (const engine::Notice& n : node->notices)
          if (n.kind == engine::NoticeKind::ike_sa_down || n.kind == engine::NoticeKind::child_sa_down)
            run_.problems.push_back(node->name() + ": something went down");
      }
    }
    for (const std::string& violation : world_.violations()) run_.problems.push_back(violation);
  }

  const Encounter what_;
  World world_;
  Node *a_ = nullptr, *b_ = nullptr;
  Lived run_;
  bool begun_a_ = false, begun_b_ = false;
  unsigned losses_ = 0, ticks_ = 0;
  engine::SelectorPair first_ = packet("192.168.1.1", "10.0.0.1", 1), back_ = packet("10.0.0.1", "192.168.1.1", 1),
                       second_ = packet("192.168.2.1", "10.0.2.1", 1), second_back_ = packet("10.0.2.1", "192.168.2.1", 1);
};

/// The next list of choices in order; false: that was the last.
bool advance(Choices& choices, const std::vector<unsigned>& widths) {
  choices.resize(widths.size());
  while (!choices.empty()) {
    if (++choices.back() < widths[choices.size() - 1]) return true;
    choices.pop_back();
  }
  return false;
}

std::string text(const Choices& choices) {
  std::string out;
  for (const unsigned choice : choices) out += (out.empty() ? "" : ",") + std::to_string(choice);
  return out;
}

class Interleavings : public ::testing::TestWithParam<Encounter> {
 protected:
  static unsigned depth(const Encounter& what) {
    const char* text = std::getenv("SALLYPORT_DEPTH");
    return text ? static_cast<unsigned>(std::atoi(text)) : what.followup ? 6 : 8;
  }
};

TEST_P(Interleavings, AllEndInAgreement) {
  const Encounter what = GetParam();
  const unsigned choices_made = depth(what);
  JobMemo memo;
  std::uint64_t lived = 0;
  for (unsigned lowest = 0; lowest < 4; ++lowest) {
    Choices choices;
    for (;;) {
      ++lived;
      const Lived run = Player(what, lowest, memo).play(choices, choices_made);
      if (!run.problems.empty()) {
        Player again(what, lowest, memo);
        again.narrate();
        for (const std::string& step : again.play(choices, choices_made).told) ADD_FAILURE() << step;
        for (const std::string& problem : run.problems) ADD_FAILURE() << problem;
        FAIL() << what.name << ", lowest nonce " << lowest << ", choices " << text(choices);
      }
      if (!advance(choices, run.widths)) break;
    }
  }
  std::printf("%s: %llu interleavings\n", what.name, static_cast<unsigned long long>(lived));
}

INSTANTIATE_TEST_SUITE_P(Meetings, Interleavings,
                         ::testing::Values(Encounter{"ChildChild", Deed::rekey_child, Deed::rekey_child},
                                           Encounter{"IkeIke", Deed::rekey_ike, Deed::rekey_ike},
                                           Encounter{"ChildIke", Deed::rekey_child, Deed::rekey_ike},
                                           Encounter{"IkeChild", Deed::rekey_ike, Deed::rekey_child},
                                           Encounter{"ChildDelete", Deed::rekey_child, Deed::delete_child},
                                           Encounter{"IkeDelete", Deed::rekey_ike, Deed::delete_ike},
                                           Encounter{"ChildChildFollowup", Deed::rekey_child, Deed::rekey_child, true},
                                           Encounter{"IkeIkeFollowup", Deed::rekey_ike, Deed::rekey_ike, true},
                                           Encounter{"ChildIkeFollowup", Deed::rekey_child, Deed::rekey_ike, true},
                                           Encounter{"IkeChildFollowup", Deed::rekey_ike, Deed::rekey_child, true},
                                           Encounter{"ChildDeleteFollowup", Deed::rekey_child, Deed::delete_child, true},
                                           Encounter{"IkeDeleteFollowup", Deed::rekey_ike, Deed::delete_ike, true}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sim
