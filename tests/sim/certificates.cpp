#include "tests/sim/certificates.hpp"

namespace sim {

using engine::AuthMethods;

std::shared_ptr<engine::Trustpoint> trusting(const std::vector<pki::Holder>& anchors) {
  auto out = std::make_shared<engine::Trustpoint>();
  out->name = "CA";
  for (const pki::Holder& anchor : anchors) out->anchors.push_back(anchor.certificate());
  return out;
}

Identified identified(const std::vector<pki::Holder>& anchors, const pki::Holder& own, const std::vector<pki::Holder>& chain) {
  static std::uint64_t last = 1'000'000;
  Identified out{trusting(anchors), own.key.pkcs8()};
  out.trustpoint->certificate = own.certificate();
  for (const pki::Holder& each : chain) out.trustpoint->chain.push_back(each.certificate());
  out.trustpoint->key = engine::KeyRef{++last};
  return out;
}

WithCertificates::WithCertificates() { with_keys("P-256"); }

void WithCertificates::put(Site& site, const Identified& own, AuthMethods remote,
                           std::shared_ptr<const engine::Trustpoint> verify) {
  CertificateWords words;
  words.local = method_of(own.trustpoint->certificate->key);
  words.remote = remote;
  words.sign = {own.trustpoint};
  words.verify = {std::move(verify)};
  words.private_keys = {{own.trustpoint->key, own.private_key}};
  site.tunnels[0].certificates = words;
  site.tunnels[0].match_remote = {engine::MatchAny{}};
}

void WithCertificates::with_keys(const std::string& kind) {
  for (Site* site : {&left, &right}) {
    const std::string name = site->name == "A" ? "a" : "b";
    const auto own = identified({root}, pki::end_entity(root, "DNS:" + name + ".example.net", "CN=" + name + ",O=Example", kind));
    put(*site, own, method_of(own.trustpoint->certificate->key), own.trustpoint);
  }
}

void WithCertificates::expect_refused(Node*& by, Cause cause, const std::string& words) {
  start_both();
  world.send(*a, a_to_b);
  world.run_for(20s);
  EXPECT_TRUE(by->diagnosed(cause)) << "A:\n" << a->diagnoses() << "B:\n" << b->diagnoses();
  EXPECT_NE(by->diagnoses().find(words), std::string::npos) << by->diagnoses();
  EXPECT_EQ(a->children(), 0u);
  EXPECT_EQ(b->children(), 0u);
  give_up();
  world.run_for(180s);
  expect_nothing_left();
}

}  // namespace sim
