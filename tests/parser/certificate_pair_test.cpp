// Two gateways that are configured in lines and prove themselves by certificates: sample S06 and pairs of our own, all the way
// from the text to Child SAs at both ends. Datagrams go from hand to hand; the simulator's weather is not wanted here.
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <iterator>

#include "../pki/maker.hpp"
#include "../sim/seeded_rng.hpp"
#include "engine/endpoint.hpp"
#include "parser/commands.hpp"
#include "parser/compile.hpp"
#include "parser/pki_store.hpp"

namespace parser {
namespace {

std::string chain(const std::string& trustpoint, const pki::Holder& own, const pki::Holder& root) {
  const auto lines = [](const pki::Holder& holder) { return hex_rows(hex_digits(holder.der), "  ") + "\n  \tquit\n"; };
  return "crypto pki certificate chain " + trustpoint + "\n certificate 0A\n" + lines(own) + " certificate ca 01\n" + lines(root);
}

/// One gateway with what it is configured to.
class End {
 public:
  End(std::uint64_t seed, const std::string& address, const std::string& interface, const std::string& text,
      const PkiStore& store)
      : address_(*engine::IpAddress::parse(address)), random_(seed), endpoint_(random_) {
    const ApplyResult applied = parser::apply(Configuration{}, text);
    for (const LineReport& line : applied.lines)
      if (line.verdict == Verdict::refused) ADD_FAILURE() << line.text << ": " << line.answer;
    compiled_ = compile(applied.configuration, nullptr, nullptr, &store);
    engine::InterfacesChanged interfaces;
    interfaces.interfaces.push_back({interface, true, {{address_, static_cast<std::uint8_t>(address_.is_v4() ? 24 : 64)}}});
    for (const auto& tunnel : compiled_.tunnels) interfaces.interfaces.push_back({tunnel.name, true, tunnel.addresses});
    take(interfaces);
    take(engine::ConfigChanged{compiled_.config});
  }

  void take(engine::Event event) {
    engine::Actions out;
    endpoint_.handle(now_, std::move(event), out);
    carry_out(std::move(out));
  }
  void wait(engine::Duration time) {
    now_ += time;
    engine::Actions out;
    endpoint_.tick(now_, out);
    carry_out(std::move(out));
  }
  const engine::IpAddress& address() const { return address_; }
  engine::View view() const { return endpoint_.view(now_); }
  const std::vector<std::string>& warnings() const { return compiled_.warnings; }

  std::deque<engine::SendDatagram> sent;
  unsigned inbound = 0, outbound = 0;
  std::string failures;

 private:
  void carry_out(engine::Actions actions) {
    for (engine::Action& action : actions) {
      if (auto* datagram = std::get_if<engine::SendDatagram>(&action)) sent.push_back(std::move(*datagram));
      inbound += std::holds_alternative<engine::AddInbound>(action);
      outbound += std::holds_alternative<engine::AddOutbound>(action);
      if (const auto* notice = std::get_if<engine::Notice>(&action))
        if (notice->cause != engine::Cause::none) failures += notice->text + "\n";
      if (auto* job = std::get_if<engine::StartJob>(&action))
        take(engine::JobDone{job->id, engine::crypto::run(std::move(job->job), *compiled_.keys, pki::now)});
    }
  }

  engine::IpAddress address_;
  sim::SeededRng random_;
  engine::Endpoint endpoint_;
  Compiled compiled_;
  engine::Time now_{};
};

/// Datagrams pass until nobody has anything to say, for some seconds.
void talk(End& a, End& b) {
  for (unsigned i = 0; i < 20; ++i) {
    for (bool any = true; any;) {
      any = false;
      for (auto [from, to] : {std::pair(&a, &b), std::pair(&b, &a)})
        while (!from->sent.empty()) {
          engine::SendDatagram datagram = std::move(from->sent.front());
          from->sent.pop_front();
          any = true;
          if (datagram.remote.ip == to->address()) to->take(engine::Datagram{datagram.remote, datagram.local, datagram.payload});
        }
    }
    a.wait(std::chrono::milliseconds(500));
    b.wait(std::chrono::milliseconds(500));
  }
}

void expect_up(const End& a, const End& b) {
  for (const End* end : {&a, &b}) {
    std::string warnings;
    for (const std::string& warning : end->warnings()) warnings += warning + "\n";
    ASSERT_EQ(end->view().ike_sas.size(), 1U) << end->failures << warnings;
    EXPECT_EQ(end->view().ike_sas[0].children.size(), 1U) << end->failures;
    EXPECT_GE(end->inbound, 1U);
    EXPECT_GE(end->outbound, 1U);
  }
}

/// A tunnel of our own between two gateways; `family` 4 or 6 underneath.
std::string gateway(const std::string& name, const std::string& own, const std::string& peer, bool v6, const std::string& method,
                    const std::string& key_line, const std::string& certificates, const std::string& profile) {
  return "hostname " + name +
         "\nip domain name example.net\ncrypto pki trustpoint TP\n enrollment terminal\n revocation-check none\n " + key_line +
         "\n" + certificates + "crypto pki certificate map MAP 10\n subject-name co ou = vpn\ncrypto ikev2 profile P\n" +
         profile + " authentication remote " + method + "\n authentication local " + method +
         "\n pki trustpoint TP\ncrypto ipsec transform-set TS esp-gcm 256\ncrypto ipsec profile IPS\n set transform-set TS\n"
         " set ikev2-profile P\ninterface GigabitEthernet1\n " +
         (v6 ? "ipv6 address " + own + "/64" : "ip address " + own + " 255.255.255.0") +
         "\ninterface Tunnel1\n ip address 172.16.0.1 255.255.255.252\n tunnel source GigabitEthernet1\n tunnel mode ipsec " +
         (v6 ? "ipv6" : "ipv4") + "\n tunnel destination " + peer + "\n tunnel protection ipsec profile IPS\n";
}

struct Method {
  const char *key, *method, *key_line;
};
constexpr Method methods[] = {
    {"rsa 2048", "rsa-sig", "rsakeypair KEY"}, {"P-256", "ecdsa-sig", "eckeypair KEY"}, {"P-384", "ecdsa-sig", "eckeypair KEY"}};

/// Where `peers_ca` is given, the peer's certificate is of another CA.
void run_pair(const Method& with, bool v6, const pki::Holder* peers_ca = nullptr) {
  const pki::Holder root = pki::authority();
  const auto make = [&](std::uint64_t seed, const std::string& name, const std::string& own, const std::string& peer,
                        const pki::Holder& issuer, const std::string& profile) {
    const pki::Holder holder =
        pki::end_entity(issuer, "DNS:" + name + ".example.net", "CN=" + name + ",OU=VPN,O=Example", with.key);
    const PkiStore store = PkiStore{}.with(*key_pair_of("KEY", engine::Secret(holder.key.pkcs8()), false, 0));
    return std::make_unique<End>(seed, own, "GigabitEthernet1",
                                 gateway(name, own, peer, v6, with.method, with.key_line, chain("TP", holder, root), profile),
                                 store);
  };
  const std::string a_address = v6 ? "2001:db8::a" : "192.0.2.10", b_address = v6 ? "2001:db8::b" : "192.0.2.20";
  const auto a =
      make(1, "a", a_address, b_address, root, " match identity remote fqdn b.example.net\n identity local fqdn a.example.net\n");
  const auto b = make(2, "b", b_address, a_address, peers_ca ? *peers_ca : root,
                      " match certificate MAP\n identity local fqdn b.example.net\n");
  talk(*a, *b);
  if (!peers_ca) return expect_up(*a, *b);
  // The other end has no reason to doubt, until it is told.
  EXPECT_EQ(a->inbound, 0U);
  EXPECT_EQ(a->outbound, 0U);
  EXPECT_FALSE(a->failures.empty());
}

TEST(CertificatePair, ComesUpWithRsaAndEcdsaOverBothFamilies) {
  for (const Method& method : methods)
    for (const bool v6 : {false, true}) {
      SCOPED_TRACE(std::string(method.key) + (v6 ? " IPv6" : " IPv4"));
      run_pair(method, v6);
    }
}

TEST(CertificatePair, APeerOfAnotherAuthorityDoesNotComeUp) {
  const pki::Holder stranger = pki::authority("CN=Stranger");
  run_pair(methods[1], false, &stranger);
}

std::string sample() {
  std::ifstream in(SOURCE_DIR "/tests/parser/samples/s06.cfg", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The sample with certificates whose keys exist in place of its own.
std::string s06_with(const std::string& certificates) {
  std::string text = sample();
  const std::size_t begin = text.find("crypto pki certificate chain IRIS-TP"),
                    end = text.find("crypto pki certificate chain YARROW-CA");
  return text.substr(0, begin) + certificates + text.substr(end);
}

TEST(CertificatePair, TheRsaSampleComesUpWithItsBranch) {
  const pki::Holder root = pki::authority("CN=Example VPN CA,O=Example Org");
  const pki::Holder hub = pki::end_entity(root, "DNS:hq-gw.example.net", "O=Example Org,OU=VPN,CN=hq-gw.example.net", "rsa 2048");
  const pki::Holder spoke = pki::end_entity(root, "DNS:branch.example.net",
                                            "O=Example Org,OU=VPN,CN=branch,unstructuredName=branch.example.net", "rsa 3072");
  const PkiStore hub_store = PkiStore{}
                                 .with(*key_pair_of("IRIS-KEY", engine::Secret(hub.key.pkcs8()), false, 0))
                                 .with_crl("IRIS-TP", pki::crl(root, {}));
  const PkiStore spoke_store = PkiStore{}.with(*key_pair_of("KEY", engine::Secret(spoke.key.pkcs8()), false, 0));
  End a(1, "198.51.100.90", "GigabitEthernet2", s06_with(chain("IRIS-TP", hub, root)), hub_store);
  std::string branch = gateway("branch", "192.0.2.60", "198.51.100.90", false, "rsa-sig", "rsakeypair KEY",
                               chain("TP", spoke, root), " match identity remote any\n identity local dn\n");
  branch +=
      "crypto ikev2 proposal HUB\n encryption aes-cbc-256\n integrity sha384\n group 20\ncrypto ikev2 policy HUB\n proposal HUB\n"
      "crypto ipsec transform-set TS esp-aes 256 esp-sha384-hmac\n";
  End b(2, "192.0.2.60", "GigabitEthernet1", branch, spoke_store);
  talk(a, b);
  expect_up(a, b);
  EXPECT_EQ(a.view().ike_sas.at(0).profile, "ALDER-BRANCHES");
}

}  // namespace
}  // namespace parser
