// Two sites with certificates of one CA.
#pragma once

#include "tests/pki/maker.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {

using engine::AuthMethod;

/// A router's trustpoint: its CAs, and its own certificate with its key.
struct Identified {
  std::shared_ptr<engine::Trustpoint> trustpoint = std::make_shared<engine::Trustpoint>();
  engine::Bytes private_key;
};
Identified identified(const std::vector<pki::Holder>& anchors, const pki::Holder& own,
                      const std::vector<pki::Holder>& chain = {});
std::shared_ptr<engine::Trustpoint> trusting(const std::vector<pki::Holder>& anchors);

class WithCertificates : public TwoSites {
 protected:
  WithCertificates();
  /// `site` authenticates itself so, and takes from the other what that one's certificate is of.
  void put(Site& site, const Identified& own, engine::AuthMethods remote, std::shared_ptr<const engine::Trustpoint> verify);
  /// Both with certificates for keys of this kind.
  void with_keys(const std::string& kind);
  void start_both() { start(left, right); }
  /// A asks and does not come up: this is what B or A says, and the peer learned nothing but AUTHENTICATION_FAILED.
  void expect_refused(Node*& by, Cause cause, const std::string& words = {});

  pki::Holder root = pki::authority();
  Site left = site_a(), right = site_b();
};

}  // namespace sim
