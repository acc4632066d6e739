// Abuse group S: what a peer says ends up in logs, in debugging and in diagnoses, whatever octets it is made of. That every line
// of every simulated life can be printed is looked at in debugging.cpp.
#include "cli/notice_text.hpp"
#include "tests/sim/beside.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

const std::string fake = "%SYS-5-CONFIG_I: Configured from console by nobody";

/// Octets that would begin a line of their own, drive a terminal, format, end a string, or be too many.
const std::vector<std::string>& nasty() {
  static const std::vector<std::string> out{"\n" + fake,
                                            "\r\n" + fake + "\r\n",
                                            "\x1b]0;owned\x07\x1b[2J\x1b[1;1H" + fake,
                                            "%n%s%x%1000000d%%",
                                            std::string("before\0after", 12),
                                            "\xff\xfe\xc0\x80\xe2\x80\xae",
                                            "\x9b"
                                            "31m\x85" +
                                                fake,
                                            "$(reboot);`reboot`|reboot&&'\"<>",
                                            std::string(60'000, 'A'),
                                            std::string(4'000, '\n')};
  return out;
}
Bytes octets(const std::string& text) { return {text.begin(), text.end()}; }

class LogInjection : public Beside {
 protected:
  /// Everything that B had to say since it was asked last.
  void expect_harmless() {
    constexpr cli::DebugFlags everything{true, true, true, true};
    std::size_t said = 0;
    for (const Notice& notice : b->notices)
      for (const cli::LogMessage& message : cli::notice_text(notice, everything)) {
        said += message.text.size();
        EXPECT_EQ(message.text.find("\n%"), std::string::npos) << "a line of its own: " << message.text;
        EXPECT_NE(message.text.rfind(fake, 0), 0u);
        for (const char c : message.text) ASSERT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << message.text;
      }
    EXPECT_GT(said, 0u);
    b->notices.clear();
  }
};

TEST_F(LogInjection, ByIdentities) {
  for (const std::string& text : nasty())
    for (const std::uint8_t type : {2, 3, 9, 10, 11, 200}) {
      SCOPED_TRACE(text.substr(0, 40) + " type " + std::to_string(type));
      Stranger stranger(world, *b, *c);
      stranger.begin();
      const wire::IdPayload id{wire::PayloadType::id_i, Identity{static_cast<IdType>(type), octets(text)}, {}};
      const auto answer = stranger.ask(ExchangeType::ike_auth, 1, {id, wire::AuthPayload{2, stranger.auth(1)}});
      ASSERT_TRUE(answer && wire::find_notify(*answer, NotifyType::authentication_failed));
      EXPECT_TRUE(b->diagnosed(Cause::no_matching_profile));
      expect_harmless();
      world.run_for(15s);
    }
}

/// The peer is who it says it is, and is called so.
TEST(LogInjectionByName, OfAPeerThatIsUp) {
  for (const std::string& text : nasty()) {
    SCOPED_TRACE(text.substr(0, 40));
    World world(1);
    Site left = site_a(), right = site_b();
    left.tunnels[0].identity_local = Identity{IdType::fqdn, octets(text)};
    right.tunnels[0].match_remote = {MatchAny{}};
    Node& a = world.add(left);
    Node& b = world.add(right);
    EXPECT_EQ(world.send_until_delivered(a, packet("192.168.1.1", "10.0.0.1", 1)), Outcome::delivered) << b.diagnoses();
    world.feed(b, Clear{ClearWhat::ike_sas, std::nullopt});
    world.run_for(1s);
    for (const Node* node : {&a, &b})
      for (const Notice& notice : node->notices)
        for (const cli::LogMessage& message : cli::notice_text(notice, {true, true, true, true}))
          EXPECT_EQ(message.text.find("\n%"), std::string::npos) << message.text;
    for (const std::string& violation : world.violations()) ADD_FAILURE() << violation;
  }
}

TEST_F(LogInjection, ByWhateverElseHasOctets) {
  const auto notify = [](unsigned type, const std::string& text) {
    return wire::NotifyPayload{wire::Protocol::none, {}, static_cast<NotifyType>(type), octets(text)};
  };
  for (const std::string& text : nasty()) {
    SCOPED_TRACE(text.substr(0, 40));
    if (text.size() > 500) continue;  // eight times that is larger than a first request may be
    Stranger stranger(world, *b, *c);
    wire::Payloads payloads = stranger.honest_payloads();
    payloads.push_back(wire::OpaquePayload{43, false, octets(text)});  // a Vendor ID
    payloads.push_back(wire::OpaquePayload{200, false, octets(text)});
    for (const unsigned type : {7u, 24u, 16388u, 16390u, 16435u, 50'000u}) payloads.push_back(notify(type, text));
    const auto said = stranger.hit(stranger.first(payloads));
    ASSERT_EQ(said.size(), 1u);
    stranger.agree(said[0]);
    stranger.authenticate({notify(16436, text), notify(16437, text), notify(16384, text), notify(24, text),
                           wire::OpaquePayload{43, false, octets(text)}, wire::OpaquePayload{37, false, octets(text)}});
    EXPECT_TRUE(stranger.ask(ExchangeType::informational, 2, {notify(24, text), notify(11, text)}));
    expect_harmless();
    world.run_for(15s);
  }
}

}  // namespace
}  // namespace sim
