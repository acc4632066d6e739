#include <algorithm>

#include "parser/compile_aaa.hpp"
#include "parser/compile_access.hpp"
#include "parser/compile_context.hpp"
#include "parser/compile_pki.hpp"
#include "parser/difference.hpp"
#include "parser/secrets.hpp"

namespace parser {

void AdditionalReader::take(unsigned number, const std::vector<const engine::Algorithm*>& groups, bool optional) {
  engine::AdditionalKeyExchange exchange{static_cast<std::uint8_t>(number), {}, optional};
  for (const engine::Algorithm* row : groups) {
    context_.warn_of_weak(where_, row);
    if (engine::crypto::available(*row))
      exchange.groups.push_back(row);
    else
      context_.warn(where_, std::string(row->debug_name) +
                                " is not available: the installed OpenSSL has it not, 3.5 or later is needed; it is not offered");
  }
  const bool taken = std::any_of(out_.begin(), out_.end(), [&](const auto& e) { return e.number == number; });
  if (taken) return context_.warn(where_, "pqc and additional-key-exchange 1 are the same exchange, the latter is not used");
  if (exchange.groups.empty())
    usable_ = usable_ && optional;
  else
    out_.push_back(std::move(exchange));
}

namespace {

using engine::TransformType;

/// The smart default of IOS-XE 16.8 without the weak group 5.
engine::IkeProposal smart_default() {
  engine::IkeProposal out;
  out.name = "default";
  out.encryption = {engine::find_ike_keyword(TransformType::encryption, "aes-cbc-256")};
  for (const char* hash : {"sha512", "sha384"}) out.integrity.push_back(engine::find_ike_keyword(TransformType::integrity, hash));
  for (const char* group : {"19", "14", "21"}) out.groups.push_back(engine::find_ike_keyword(TransformType::key_exchange, group));
  return out;
}

/// False: the proposal is not usable.
bool read_additional(engine::IkeProposal& out, const Node& block, const std::string& where, CompileContext& context) {
  AdditionalReader reader(out.additional, where, context);
  if (const auto* line = block.find<ProposalPqc>()) reader.take(1, line->groups, line->optional);
  block.each<ProposalAdditional>(
      [&](const ProposalAdditional& line, const Node&) { reader.take(line.number, line.groups, line.optional); });
  return reader.usable();
}

/// What a proposal lacks, in words; empty when it is complete.
std::string missing_from(const engine::IkeProposal& proposal) {
  const auto is_aead = [](const engine::Algorithm* a) { return a->aead; };
  const auto& ciphers = proposal.encryption;
  if (ciphers.empty()) return "an encryption algorithm";
  if (!std::all_of(ciphers.begin(), ciphers.end(), is_aead)) {
    if (proposal.integrity.empty()) return "an integrity algorithm";
  } else if (proposal.prf.empty()) {
    return "a prf algorithm";
  }
  return proposal.groups.empty() ? "a DH group" : "";
}

/// Proposals as the policies ask for them by name.
class Proposals {
 public:
  explicit Proposals(CompileContext& context) : context_(context) {
    context.root.each<Ikev2Proposal>(
        [&](const Ikev2Proposal& proposal, const Node& block) { blocks_.emplace(proposal.name, &block); });
  }
  /// Null with a warning in the name of `user` when the proposal is not defined or incomplete.
  std::shared_ptr<const engine::IkeProposal> find(const std::string& name, const std::string& user) {
    if (const auto made = made_.find(name); made != made_.end()) return made->second;
    const auto block = blocks_.find(name);
    if (block == blocks_.end() && name == "default" && switched_off<Ikev2Proposal>(context_.root)) {
      context_.warn(user, "the built-in proposal is switched off");
      return nullptr;
    }
    if (block == blocks_.end() && name != "default") {
      context_.warn(user, "proposal " + name + " is not defined");
      return nullptr;
    }
    engine::IkeProposal proposal = proposal_of(name, block == blocks_.end() ? nullptr : block->second);
    if (std::erase_if(proposal.encryption, [](const engine::Algorithm* row) { return !exists(*row); }) > 0)
      context_.warn("crypto ikev2 proposal " + name, "DES does not exist, it is not offered");
    if (const std::string missing = missing_from(proposal); !missing.empty()) {
      context_.warn(user, "proposal " + name + " is incomplete, it lacks " + missing);
      return nullptr;
    }
    if (block != blocks_.end() && !read_additional(proposal, *block->second, "crypto ikev2 proposal " + name, context_)) {
      context_.warn(user, "proposal " + name + " requires a key exchange that is not available");
      return nullptr;
    }
    for (const auto* list : {&proposal.encryption, &proposal.integrity, &proposal.prf, &proposal.groups})
      for (const engine::Algorithm* row : *list) context_.warn_of_weak("crypto ikev2 proposal " + name, row);
    return made_[name] = context_.proposals.share(name, std::move(proposal));
  }

 private:
  CompileContext& context_;
  std::map<std::string, const Node*> blocks_;
  std::map<std::string, std::shared_ptr<const engine::IkeProposal>> made_;
};

/// True when the block is for the global VRF, the only one there is.
bool in_global_vrf(const Node& block, const std::string& where, CompileContext& context) {
  const auto* fvrf = block.find<MatchFvrf>();
  if (!fvrf || fvrf->any || fvrf->vrf.empty()) return true;
  context.warn(where, "VRF " + fvrf->vrf + " does not exist");
  return false;
}

/// `match address local`; nullopt with a warning where an interface without known address is named, because an empty list
/// would match everywhere.
std::optional<std::vector<engine::IpAddress>> local_addresses(const Node& block, const std::string& where,
                                                              CompileContext& context) {
  std::vector<engine::IpAddress> out;
  bool resolved = true;
  block.each<MatchAddressLocal>([&](const MatchAddressLocal& match, const Node&) {
    if (match.address) out.push_back(*match.address);
    if (!match.interface) return;
    const auto& found = context.addresses(*match.interface);
    if (found.empty()) {
      context.warn(where, "match address local interface " + *match.interface + ": the configuration gives it no address");
      resolved = false;
    }
    out.insert(out.end(), found.begin(), found.end());
  });
  if (!resolved && out.empty()) return std::nullopt;
  return out;
}

std::shared_ptr<const engine::IkePolicy> read_policy(const std::string& name, const Node& block, Proposals& proposals,
                                                     CompileContext& context) {
  const std::string where = "crypto ikev2 policy " + name;
  engine::IkePolicy policy;
  policy.name = name;
  bool names_one = false;
  const auto take = [&](const std::string& proposal) {
    names_one = true;
    if (auto found = proposals.find(proposal, where)) policy.proposals.push_back(std::move(found));
  };
  block.each<PolicyProposal>([&](const PolicyProposal& line, const Node&) { take(line.proposal); });
  if (!names_one && name == "default") take("default");
  if (policy.proposals.empty()) {
    context.warn(where, "no complete proposal is attached, the policy is not used");
    return nullptr;
  }
  if (!in_global_vrf(block, where, context)) return nullptr;
  auto local = local_addresses(block, where, context);
  if (!local) return nullptr;
  policy.match_local = std::move(*local);
  return context.policies.share(name, std::move(policy));
}

/// The octets of a key, or nullopt with a warning.
std::optional<engine::Secret> read_key(const KeyText& key, const std::string& where, CompileContext& context) {
  if (key.encryption != 0) {
    const bool master = context.master && context.master->present();
    if (const auto clear = master ? context.master->open(key.text) : std::nullopt) return read_key(*clear, where, context);
    context.warn(
        where, master ? "the key is of type 6 and was encrypted under another master key: enter it in clear text; it is not used"
                      : "the key is of type 6 and there is no master key (key config-key password-encrypt): it is not used");
    return std::nullopt;
  }
  if (!key.hex) return engine::Secret(engine::as_bytes(key.text));
  auto octets = engine::from_hex(key.text);
  if (!octets || octets->empty()) {
    context.warn(where, "the hexadecimal key is not a whole number of octets; it is not used");
    return std::nullopt;
  }
  return engine::Secret(std::move(*octets));
}

}  // namespace

engine::KeyRef key_ref(const KeyText& key, const std::string& where, CompileContext& context) {
  auto octets = read_key(key, where, context);
  return octets ? context.keys.ref(std::move(*octets)) : engine::KeyRef{};
}

namespace {

engine::IdType id_type(IdentityKind kind) {
  if (kind == IdentityKind::fqdn) return engine::IdType::fqdn;
  return kind == IdentityKind::email ? engine::IdType::rfc822_address : engine::IdType::key_id;
}

engine::IdentityMatch named_match(IdentityKind kind, bool domain, const std::string& name) {
  if (domain) return engine::MatchDomain{id_type(kind), name};
  return engine::Identity{id_type(kind), engine::to_bytes(engine::as_bytes(name))};
}

std::optional<engine::IdentityMatch> identity_match(const IdentityName& identity) {
  if (identity.kind != IdentityKind::address) return named_match(identity.kind, identity.domain, identity.name);
  if (!identity.address) return std::nullopt;
  return engine::Identity::of(*identity.address);
}

std::optional<engine::IdentityMatch> identity_match(const MatchIdentityRemote& match) {
  if (match.kind == IdentityKind::any) return engine::MatchAny{};
  if (match.kind != IdentityKind::address) return named_match(match.kind, match.domain, match.name);
  if (!match.network) return std::nullopt;
  return match.network->prefix();
}

engine::KeyringPeer read_peer(const std::string& name, const Node& block, const std::string& where, CompileContext& context) {
  engine::KeyringPeer peer;
  peer.name = name;
  block.each<PeerAddress>([&](const PeerAddress& line, const Node&) { peer.addresses.push_back(line.network.prefix()); });
  if (const auto* line = block.find<PeerIdentity>()) peer.identity = identity_match(line->identity);
  if (const auto* line = block.find<PeerHostname>()) peer.hostname = line->name;
  block.each<PreSharedKey>([&](const PreSharedKey& line, const Node&) {
    const engine::KeyRef ref = key_ref(line.key, where, context);
    if (line.side != KeySide::remote) peer.local_key = ref;
    if (line.side != KeySide::local) peer.remote_key = ref;
  });
  // A required key that cannot be read stays, without octets: what needs it fails instead of going on without.
  if (const auto* line = block.find<PeerPpk>())
    if (const engine::KeyRef key = key_ref(line->key, where + " ppk", context); key.value != 0 || line->required)
      peer.ppk = engine::Ppk{line->id, key, line->required};
  if (peer.addresses.empty() && peer.hostname.empty() && !peer.identity)
    context.warn(where, "it has neither an address nor an identity, nobody matches it");
  const bool no_key = !peer.local_key.value && !peer.remote_key.value;
  if ((!peer.local_key.value || !peer.remote_key.value) && !(no_key && peer.ppk)) {
    const bool both = no_key;
    context.warn(where, std::string("it has no ") + (both ? "" : peer.local_key.value ? "remote " : "local ") + "pre-shared key");
  }
  return peer;
}

/// Keyrings as the profiles ask for them by name. Those that no profile names take no part.
class Keyrings {
 public:
  explicit Keyrings(CompileContext& context) : context_(context) {
    context.each_block<Ikev2Keyring>(
        [&](const Ikev2Keyring& keyring, const Node&, std::size_t place) { places_.emplace(keyring.name, place); });
  }
  bool defined(const std::string& name) const { return places_.contains(name); }
  /// Null with a warning in the name of `user` when the keyring is not defined.
  std::shared_ptr<const engine::Keyring> find(const std::string& name, const std::string& user) {
    if (const auto made = made_.find(name); made != made_.end()) return made->second;
    const auto place = places_.find(name);
    if (place == places_.end()) {
      context_.warn(user, "keyring " + name + " is not defined");
      return nullptr;
    }
    const std::size_t warned = context_.warnings.size();
    if (auto known = context_.reused<engine::Keyring>(place->second)) {
      for (const auto& peer : known->peers) keep_keys(peer);
      return made_[name] = context_.become(place->second, std::move(known), warned);
    }
    return made_[name] = context_.become(place->second, read(name, place->second), warned);
  }

 private:
  engine::Keyring read(const std::string& name, std::size_t place) {
    engine::Keyring out;
    out.name = name;
    const Lines& lines = context_.root.children[place]->children;
    const std::vector<const engine::KeyringPeer*> known = known_peers(place);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto* peer = lines[i]->as<KeyringPeer>();
      if (peer && known[i])
        out.peers.push_back(*keep_keys(*known[i]));
      else if (peer)
        out.peers.push_back(read_peer(peer->name, *lines[i], "crypto ikev2 keyring " + name + " peer " + peer->name, context_));
    }
    return out;
  }
  /// Of each line of the keyring the peer that it was before, or null where it has changed.
  std::vector<const engine::KeyringPeer*> known_peers(std::size_t place) const {
    const Lines& lines = context_.root.children[place]->children;
    std::vector<const engine::KeyringPeer*> out(lines.size(), nullptr);
    const Node* block = context_.reusable ? context_.block_before(place) : nullptr;
    const auto* known = context_.clean_before<engine::Keyring>(place);
    if (!block || !known || known->peers.size() != block->children.size()) return out;
    for (const Edit& edit : edits(block->children, lines))
      for (std::size_t i = 0; i < edit.count && edit.kind == EditKind::keep; ++i)
        out[edit.after + i] = &known->peers[edit.before + i];
    return out;
  }
  const engine::KeyringPeer* keep_keys(const engine::KeyringPeer& peer) {
    context_.keys.keep(peer.local_key);
    context_.keys.keep(peer.remote_key);
    if (peer.ppk) context_.keys.keep(peer.ppk->key);
    return &peer;
  }

  CompileContext& context_;
  std::map<std::string, std::size_t> places_;
  std::map<std::string, std::shared_ptr<const engine::Keyring>> made_;
};

/// The line that lets peers prove themselves by a pre-shared key, or null.
const AuthenticationRemote* pre_share_of(const Node& block) {
  const AuthenticationRemote* found = nullptr;
  block.each<AuthenticationRemote>([&](const AuthenticationRemote& line, const Node&) {
    if (line.method == AuthenticationMethod::pre_share) found = &line;
  });
  return found;
}

engine::AuthMethod method_of(AuthenticationMethod method) {
  switch (method) {
    case AuthenticationMethod::pre_share:
      return engine::AuthMethod::pre_share;
    case AuthenticationMethod::rsa_sig:
      return engine::AuthMethod::rsa_sig;
    case AuthenticationMethod::ecdsa_sig:
      return engine::AuthMethod::ecdsa_sig;
    case AuthenticationMethod::eap:
      return engine::AuthMethod::eap;
    default:
      return engine::AuthMethod::none;
  }
}

engine::AuthMethods remote_methods(const Node& block) {
  engine::AuthMethods out;
  block.each<AuthenticationRemote>([&](const AuthenticationRemote& line, const Node&) { out.add(method_of(line.method)); });
  return out;
}

/// False with a warning where the profile lacks what every profile must have.
bool is_complete(const Node& block, const std::string& where, CompileContext& context) {
  const auto lacks = [&](const char* what) {
    context.warn(where, std::string("it has no ") + what + ", the profile is not used");
    return false;
  };
  const auto* local = block.find<AuthenticationLocal>();
  if (!local) return lacks("local authentication method");
  if (!block.find<AuthenticationRemote>()) return lacks("remote authentication method");
  if (!block.find<MatchIdentityRemote>() && !block.find<MatchCertificate>())
    return lacks("match identity or match certificate statement");
  if (method_of(local->method) == engine::AuthMethod::none) return lacks("local authentication method that exists here");
  if (remote_methods(block) == engine::AuthMethods()) return lacks("remote authentication method that exists here");
  return true;
}

void read_timers(engine::IkeProfile& profile, const Node& block, CompileContext& context) {
  if (const auto* line = block.find<ProfileLifetime>()) profile.lifetime = std::chrono::seconds(line->seconds);
  const Dpd* dpd = block.find<Dpd>();
  if (!dpd) dpd = context.global<Dpd>();
  if (dpd) {
    profile.dpd_interval = std::chrono::seconds(dpd->interval);
    profile.dpd_retry = std::chrono::seconds(dpd->retry);
    profile.dpd_periodic = dpd->mode == DpdMode::periodic;
  }
  if (const auto* line = block.find<NatKeepalive>()) profile.nat_keepalive = std::chrono::seconds(line->seconds);
}

/// What the blocks of profiles refer to.
struct ProfileParts {
  Keyrings keyrings;
  Trustpoints trustpoints;
  CertificateMaps maps;
  AccessParts access;
  AaaParts aaa;
  explicit ProfileParts(CompileContext& context)
      : keyrings(context), trustpoints(context), maps(context), access(context), aaa(context) {}
};

void read_identity(engine::IkeProfile& profile, const IdentityName& identity) {
  if (identity.kind == IdentityKind::dn)
    profile.identity_local_dn = true;
  else if (identity.kind != IdentityKind::address)
    profile.identity_local = engine::Identity{id_type(identity.kind), engine::to_bytes(engine::as_bytes(identity.name))};
  else if (identity.address)
    profile.identity_local = engine::Identity::of(*identity.address);
}

/// Whom the profile is for. False with warnings where it is for nobody.
bool read_matches(engine::IkeProfile& profile, const Node& block, const std::string& where, ProfileParts& parts,
                  CompileContext& context) {
  block.each<MatchIdentityRemote>([&](const MatchIdentityRemote& line, const Node&) {
    if (auto match = identity_match(line)) profile.match_remote.push_back(std::move(*match));
  });
  block.each<MatchCertificate>([&](const MatchCertificate& line, const Node&) {
    if (auto map = parts.maps.find(line.map, where)) profile.match_certificate.push_back(std::move(map));
  });
  if (!profile.match_remote.empty() || !profile.match_certificate.empty()) return true;
  context.warn(where, "none of its match statements can be used, the profile is not used");
  return false;
}

void read_keys(engine::IkeProfile& profile, const Node& block, const std::string& where, ProfileParts& parts,
               CompileContext& context) {
  const auto* local = block.find<AuthenticationLocal>();
  const auto* remote = pre_share_of(block);
  if (local->key) profile.inline_local_key = key_ref(*local->key, where + " authentication local", context);
  if (remote && remote->key) profile.inline_remote_key = key_ref(*remote->key, where + " authentication remote", context);
  const auto* keyring = block.find<ProfileKeyring>();
  if (keyring) profile.keyring = parts.keyrings.find(keyring->keyring, where);
  const bool lacks_local = profile.auth_local == engine::AuthMethod::pre_share && !profile.inline_local_key.value;
  const bool lacks_remote = remote && !profile.inline_remote_key.value;
  if (!keyring && (lacks_local || lacks_remote))
    context.warn(where, "it has no keyring, so that there is no pre-shared key for its peers");
}

/// The trustpoints of a profile; where it names none, all of them.
struct ProfileTrustpoints {
  std::vector<std::shared_ptr<const engine::Trustpoint>> sign, verify;
  bool named = false;
};
ProfileTrustpoints trustpoints_of(const Node& block, const std::string& where, ProfileParts& parts) {
  ProfileTrustpoints out;
  const auto take = [&](const std::shared_ptr<const engine::Trustpoint>& trustpoint, TrustpointUse use) {
    if (use != TrustpointUse::verify && trustpoint->certificate) out.sign.push_back(trustpoint);
    if (use != TrustpointUse::sign && !trustpoint->anchors.empty()) out.verify.push_back(trustpoint);
  };
  block.each<ProfileTrustpoint>([&](const ProfileTrustpoint& line, const Node&) {
    out.named = true;
    if (const auto found = parts.trustpoints.find(line.trustpoint, where)) take(found, line.use);
  });
  if (!out.named)
    for (const auto& each : parts.trustpoints.all()) take(each, TrustpointUse::both);
  return out;
}

/// What EAP-TLS needs at this end, where the trustpoints have it.
std::shared_ptr<const engine::TlsSettings> tls_of(const ProfileTrustpoints& trustpoints, bool server) {
  if (trustpoints.sign.empty() || trustpoints.verify.empty()) return nullptr;
  return std::make_shared<const engine::TlsSettings>(engine::TlsSettings{server, trustpoints.sign.front(), trustpoints.verify});
}

/// Whether and how the profile does EAP. False with a warning where without it nobody could be authenticated.
bool read_eap(engine::IkeProfile& profile, const Node& block, const std::string& where, const ProfileTrustpoints& trustpoints,
              ProfileParts& parts, CompileContext& context) {
  const bool ours = profile.auth_local == engine::AuthMethod::eap, theirs = profile.auth_remote.has(engine::AuthMethod::eap);
  const bool eap_only = ours && theirs;
  // Whose certificates are taken has to be said, since every trustpoint may have a CA.
  profile.eap_server = parts.aaa.eap_server(block, where, trustpoints.named ? tls_of(trustpoints, true) : nullptr, eap_only);
  profile.eap_client = parts.aaa.eap_client(block, where, tls_of(trustpoints, false));
  const bool client = profile.eap_client && (!eap_only || profile.eap_client->tls);
  if ((!ours || client || (eap_only && profile.eap_server)) &&
      (profile.auth_remote != engine::AuthMethods(engine::AuthMethod::eap) || profile.eap_server || (eap_only && client)))
    return true;
  context.warn(where, "without EAP nobody can be authenticated by it, the profile is not used");
  return false;
}

/// The trustpoints that sign and verify AUTH. False with warnings where signatures are asked for and
/// there is nothing to make or to check them by.
bool read_trustpoints(engine::IkeProfile& profile, ProfileTrustpoints trustpoints, const std::string& where,
                      CompileContext& context) {
  const bool signs = engine::AuthMethods(profile.auth_local).signatures(), verifies = profile.auth_remote.signatures();
  if (!signs && !verifies) return true;
  profile.sign = std::move(trustpoints.sign);
  profile.verify = std::move(trustpoints.verify);
  std::erase_if(profile.sign, [&](const auto& each) { return engine::method_of(each->certificate->key) != profile.auth_local; });
  if (!signs) profile.sign.clear();
  if (!verifies) profile.verify.clear();
  if (signs && profile.sign.empty()) {
    const bool rsa = profile.auth_local == engine::AuthMethod::rsa_sig;
    context.warn(where, std::string("no trustpoint has a certificate and its key for ") + (rsa ? "rsa-sig" : "ecdsa-sig") +
                            ", the profile is not used");
  }
  if (verifies && profile.verify.empty())
    context.warn(where, profile.auth_remote.has(engine::AuthMethod::pre_share)
                            ? "no trustpoint has a CA certificate: peers can prove themselves by a pre-shared key alone"
                            : "no trustpoint has a CA certificate to check peers by, the profile is not used");
  return (!signs || !profile.sign.empty()) &&
         (!verifies || !profile.verify.empty() || profile.auth_remote.has(engine::AuthMethod::pre_share));
}

/// Nullopt with warnings when the profile is incomplete.
std::optional<engine::IkeProfile> read_profile(const std::string& name, const Node& block, ProfileParts& parts,
                                               CompileContext& context) {
  const std::string where = "crypto ikev2 profile " + name;
  if (!is_complete(block, where, context) || !in_global_vrf(block, where, context)) return std::nullopt;
  auto local = local_addresses(block, where, context);
  if (!local) return std::nullopt;
  engine::IkeProfile profile;
  profile.name = name;
  profile.match_local = std::move(*local);
  if (!read_matches(profile, block, where, parts, context)) return std::nullopt;
  if (const auto* line = block.find<IdentityLocal>()) read_identity(profile, line->identity);
  profile.auth_local = method_of(block.find<AuthenticationLocal>()->method);
  profile.auth_remote = remote_methods(block);
  if (profile.identity_local_dn && !engine::AuthMethods(profile.auth_local).signatures()) {
    context.warn(where,
                 "its identity is the name in a certificate, and it proves itself by none: the local address stands for it");
    profile.identity_local_dn = false;
  }
  const bool needs = engine::AuthMethods(profile.auth_local).signatures() || profile.auth_remote.signatures() ||
                     profile.auth_local == engine::AuthMethod::eap || profile.auth_remote.has(engine::AuthMethod::eap);
  ProfileTrustpoints trustpoints = needs ? trustpoints_of(block, where, parts) : ProfileTrustpoints{};
  if (!read_eap(profile, block, where, trustpoints, parts, context)) return std::nullopt;
  read_keys(profile, block, where, parts, context);
  if (!read_trustpoints(profile, std::move(trustpoints), where, context)) return std::nullopt;
  profile.childless = block.find<ProfileChildless>() != nullptr;
  profile.mobike = block.find<ProfileMobikeDisable>() == nullptr;
  if (const auto* line = block.find<ProfilePpkKeyring>()) {
    profile.ppk_keyring = parts.keyrings.find(line->keyring, where);
    // Without the keyring a required key could not be told from none.
    if (!profile.ppk_keyring) {
      context.warn(where, "its PPK keyring is missing, the profile is not used");
      return std::nullopt;
    }
  }
  read_timers(profile, block, context);
  profile.access = parts.access.read(block, where, [&] { return parts.aaa.accounting(block, where); });
  return profile;
}

/// The part that the same block became before, with the keyrings of their names. What refers to certificates is read anew.
std::shared_ptr<const engine::IkeProfile> reused_profile(std::size_t place, Keyrings& keyrings, CompileContext& context) {
  auto known = context.reused<engine::IkeProfile>(place);
  if (!known || known->access || known->eap_server || known->eap_client || !known->sign.empty() || !known->verify.empty() ||
      !known->match_certificate.empty())
    return nullptr;
  for (const auto& keyring : {known->keyring, known->ppk_keyring})
    if (keyring && !keyrings.defined(keyring->name)) return nullptr;
  const auto now = [&](const auto& keyring) { return keyring ? keyrings.find(keyring->name, {}) : nullptr; };
  const auto keyring = now(known->keyring), ppk_keyring = now(known->ppk_keyring);
  context.keys.keep(known->inline_local_key);
  context.keys.keep(known->inline_remote_key);
  if (keyring == known->keyring && ppk_keyring == known->ppk_keyring) return known;
  auto fresh = std::make_shared<engine::IkeProfile>(*known);
  fresh->keyring = keyring;
  fresh->ppk_keyring = ppk_keyring;
  return fresh;
}

}  // namespace

engine::IkeProposal proposal_of(const std::string& name, const Node* block) {
  engine::IkeProposal out = name == "default" ? smart_default() : engine::IkeProposal{};
  out.name = name;
  if (!block) return out;
  if (const auto* line = block->find<ProposalEncryption>()) out.encryption = line->algorithms;
  if (const auto* line = block->find<ProposalIntegrity>()) out.integrity = line->algorithms;
  if (const auto* line = block->find<ProposalPrf>()) out.prf = line->algorithms;
  if (const auto* line = block->find<ProposalGroup>()) out.groups = line->groups;
  return out;
}

std::vector<std::shared_ptr<const engine::IkePolicy>> compile_policies(CompileContext& context) {
  std::vector<std::shared_ptr<const engine::IkePolicy>> out;
  Proposals proposals(context);
  bool all_covered = false;
  context.root.each<Ikev2Policy>([&](const Ikev2Policy& policy, const Node& block) {
    auto read = read_policy(policy.name, block, proposals, context);
    if (!read) return;
    all_covered = all_covered || read->match_local.empty();
    out.push_back(std::move(read));
  });
  if (!all_covered && !switched_off<Ikev2Policy>(context.root))
    if (auto proposal = proposals.find("default", "crypto ikev2 policy default"))
      out.push_back(context.policies.share("default", engine::IkePolicy{"default", {}, {std::move(proposal)}}));
  return out;
}

std::vector<std::shared_ptr<const engine::IkeProfile>> compile_profiles(CompileContext& context) {
  std::vector<std::shared_ptr<const engine::IkeProfile>> out;
  ProfileParts parts(context);
  context.each_block<Ikev2Profile>([&](const Ikev2Profile& profile, const Node& block, std::size_t place) {
    const std::size_t warned = context.warnings.size();
    const auto before = context.before<engine::IkeProfile>(place);
    auto now = reused_profile(place, parts.keyrings, context);
    if (now)
      context.become(place, now, warned);
    else if (auto read = read_profile(profile.name, block, parts, context))
      now = context.become(place, std::move(*read), warned);
    if (before && before != now) context.replaced.emplace(before.get(), now);
    if (now) out.push_back(std::move(now));
  });
  return out;
}

}  // namespace parser
