#include "parser/compile_pki.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/crypto/token.hpp"
#include "engine/crypto/x509.hpp"
#include "parser/pki_names.hpp"
#include "parser/pki_store.hpp"

namespace parser {
namespace {

using engine::CertificatePtr;

/// The certificates of a chain's block, by what they are for.
struct Chain {
  CertificatePtr own;
  std::vector<CertificatePtr> authorities;
};

Chain read_chain(const Node& block, const std::string& trustpoint, CompileContext& context) {
  const std::string where = "crypto pki certificate chain " + trustpoint;
  Chain out;
  block.each<ChainCertificate>([&](const ChainCertificate& line, const Node&) {
    const auto skip = [&](const std::string& why) { context.warn(where, "certificate " + line.serial + " " + why); };
    if (line.file) return skip("is in a file of the router, " + *line.file + ": it is not here");
    if (line.digits.empty()) return skip("has no digits");
    const auto der = der_of(line);
    if (!der) return skip("is no whole number of octets, it is not used");
    auto certificate = engine::crypto::read_certificate(*der);
    if (!certificate.ok()) return skip("cannot be read, it is not used: " + certificate.failure().why);
    if (line.role == CertificateRole::ca) out.authorities.push_back(*certificate);
    if (line.role == CertificateRole::own || line.role == CertificateRole::self_signed) out.own = *certificate;
  });
  return out;
}

/// Of the CA certificates those that none of the others has issued are anchors; the others lead from our own to one.
void sort_authorities(engine::Trustpoint& out, const std::vector<CertificatePtr>& authorities) {
  const auto issuer_of = [&](const engine::Certificate& certificate) -> CertificatePtr {
    for (const auto& each : authorities)
      if (each->subject == certificate.issuer && each->der != certificate.der) return each;
    return nullptr;
  };
  for (const auto& each : authorities)
    if (each->subject == each->issuer || !issuer_of(*each)) out.anchors.push_back(each);
  if (!out.certificate) return;
  CertificatePtr next = issuer_of(*out.certificate);
  while (next && out.chain.size() < authorities.size() &&
         std::find(out.anchors.begin(), out.anchors.end(), next) == out.anchors.end()) {
    out.chain.push_back(next);
    next = issuer_of(*next);
  }
}

/// Gives the trustpoint the key of its own certificate; without it the certificate proves nothing, and goes.
void take_key(engine::Trustpoint& out, const Node& block, const std::string& where, CompileContext& context) {
  if (!context.pki) return;
  const std::string label = key_label(block, context.root);
  if (engine::crypto::is_token_uri(label)) {
    out.key = context.keys.ref(engine::Secret(engine::as_bytes(label)));
    return;
  }
  const PkiStore::Pair pair = context.pki->key(label);
  const auto without = [&](const std::string& why) {
    context.warn(where, why);
    out.certificate.reset();
    out.chain.clear();
  };
  if (!pair) return without("it has a certificate, but key " + label + " is not available");
  if (!pair->private_key) return without("key " + label + " was encrypted under another master key, it is not available");
  if (!engine::equal(pair->public_key, out.certificate->public_key))
    return without("key " + label + " is not that of its certificate");
  out.key = context.keys.ref(pair->private_key->duplicate());
}

/// A line that narrows whose certificates are taken, and that the engine does not take from a trustpoint: nobody's are then.
void heed_match(engine::Trustpoint& out, const Node& block, const std::string& where, CompileContext& context) {
  block.each<TrustpointMatchCertificate>([&](const TrustpointMatchCertificate& line, const Node&) {
    if (line.exception != MatchException::none || out.anchors.empty()) return;
    context.warn(where, "\"match certificate " + line.map +
                            "\" belongs into the IKEv2 profile here: until it is gone no peer's certificate is taken");
    out.anchors.clear();
  });
}

/// Where lists and responses come from.
void read_sources(engine::Trustpoint& out, const Node& block) {
  if (const auto* query = block.find<TrustpointCrlQuery>()) out.crl_url = query->url;
  if (const auto* responder = block.find<TrustpointOcspUrl>()) out.ocsp_url = responder->url;
  if (const auto* nonce = block.find<TrustpointOcspNonce>()) out.ocsp_nonce = !nonce->disabled;
  if (const auto* cache = block.find<TrustpointCrlCache>())
    out.crl_age = cache->none ? engine::WallTime{0} : engine::WallTime{60} * cache->minutes.value_or(0);
}

std::optional<engine::Trustpoint> read_trustpoint(const std::string& name, const Node& block, const Node* certificates,
                                                  CompileContext& context) {
  const std::string where = "crypto pki trustpoint " + name;
  const Chain chain = certificates ? read_chain(*certificates, name, context) : Chain{};
  engine::Trustpoint out;
  out.name = name;
  out.certificate = chain.own;
  sort_authorities(out, chain.authorities);
  if (out.certificate) take_key(out, block, where, context);
  heed_match(out, block, where, context);
  const auto* revocation = block.find<TrustpointRevocation>();
  out.revocation = revocation ? revocation->methods : std::vector{engine::RevocationMethod::crl};
  if (context.pki)
    if (const auto crl = context.pki->crls().find(name); crl != context.pki->crls().end()) out.crls.push_back(crl->second);
  read_sources(out, block);
  if (!out.certificate && out.anchors.empty()) return std::nullopt;
  return out;
}

/// Without blanks around "=" and ",", as the engine spells a name.
std::string compact(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool mark = c == '=' || c == ',';
    while (mark && !out.empty() && out.back() == ' ') out.pop_back();
    if (c == ' ' && (out.empty() || out.back() == '=' || out.back() == ',')) continue;
    out += c;
  }
  return out;
}

std::optional<engine::CertificateRule> read_rule(const CertificateMapRule& line) {
  using Field = engine::CertificateField;
  engine::CertificateRule out{line.field, line.predicate, compact(line.value), 0};
  if (line.field == Field::serial_number) {
    std::string digits;
    for (const char c : line.value)
      if (std::isxdigit(static_cast<unsigned char>(c)) != 0)
        digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (digits.size() % 2 != 0 && line.predicate != engine::CertificatePredicate::co) digits.insert(0, "0");
    out.value = digits;
  }
  if (line.field != Field::valid_start && line.field != Field::expires_on) return out;
  const auto time = seconds_of_date(line.value);
  if (!time) return std::nullopt;
  out.time = *time;
  return out;
}

}  // namespace

void Trustpoints::read() {
  if (std::exchange(read_, true)) return;
  context_.root.each<Trustpoint>([&](const Trustpoint& trustpoint, const Node& block) {
    auto fresh = read_trustpoint(trustpoint.name, block, chain_block(context_.root, trustpoint.name), context_);
    by_name_[trustpoint.name] = fresh ? context_.trustpoints.share(trustpoint.name, std::move(*fresh)) : nullptr;
    if (const auto& made = by_name_[trustpoint.name]) usable_.push_back(made);
  });
}

std::shared_ptr<const engine::Trustpoint> Trustpoints::find(const std::string& name, const std::string& user) {
  read();
  const auto found = by_name_.find(name);
  if (found == by_name_.end())
    context_.warn(user, "trustpoint " + name + " is not defined");
  else if (!found->second)
    context_.warn(user, "trustpoint " + name + " has no certificate that can be used");
  return found == by_name_.end() ? nullptr : found->second;
}

const std::vector<std::shared_ptr<const engine::Trustpoint>>& Trustpoints::all() {
  read();
  return usable_;
}

std::shared_ptr<const engine::CertificateMap> CertificateMaps::find(const std::string& name, const std::string& user) {
  if (const auto made = made_.find(name); made != made_.end()) return made->second;
  engine::CertificateMap out;
  out.name = name;
  context_.root.each<CertificateMap>([&](const CertificateMap& map, const Node& block) {
    if (map.name != name) return;
    engine::CertificateMapEntry entry;
    entry.sequence = map.sequence;
    const std::string where = "crypto pki certificate map " + name + " " + std::to_string(map.sequence);
    bool whole = true;
    block.each<CertificateMapRule>([&](const CertificateMapRule& line, const Node& rule) {
      auto read = read_rule(line);
      if (!read) context_.warn(where, "\"" + line_text(rule) + "\": a date is expected as Jan 1 2030 or Jan 1 2030 12:00:00");
      whole = whole && read;
      if (read) entry.rules.push_back(std::move(*read));
    });
    if (entry.rules.empty() && whole) context_.warn(where, "it has no rule, nobody matches it");
    // A rule that cannot be read would let in whom it was to keep out.
    if (whole && !entry.rules.empty()) out.entries.push_back(std::move(entry));
  });
  std::sort(out.entries.begin(), out.entries.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  const bool defined = std::any_of(context_.root.children.begin(), context_.root.children.end(), [&](const auto& line) {
    const auto* map = line->template as<CertificateMap>();
    return map && map->name == name;
  });
  if (!defined) context_.warn(user, "certificate map " + name + " is not defined");
  return made_[name] = defined ? context_.certificate_maps.share(name, std::move(out)) : nullptr;
}

}  // namespace parser
