#include "parser/pki_store.hpp"

#include "engine/crypto/key_pair.hpp"
#include "parser/secrets.hpp"

namespace parser {
namespace {

std::string kind_text(PkiKeyKind kind) { return kind == PkiKeyKind::rsa ? "rsa" : "ec"; }

std::shared_ptr<const engine::Secret> secret_in(const std::string& digits) {
  auto octets = engine::from_hex(digits);
  return octets ? std::make_shared<const engine::Secret>(std::move(*octets)) : nullptr;
}

}  // namespace

std::optional<KeyPair> key_pair_of(std::string label, engine::Secret pkcs8, bool exportable, std::int64_t generated) {
  auto half = engine::crypto::public_half(pkcs8);
  if (!half.ok()) return std::nullopt;
  const engine::crypto::KeyShape shape = engine::crypto::shape_of(*half);
  if (shape.family == engine::crypto::KeyFamily::other) return std::nullopt;
  const auto kind = shape.family == engine::crypto::KeyFamily::rsa ? PkiKeyKind::rsa : PkiKeyKind::ec;
  return KeyPair{.label = std::move(label),
                 .kind = kind,
                 .bits = shape.bits,
                 .exportable = exportable,
                 .generated = generated,
                 .public_key = std::move(*half),
                 .private_key = std::make_shared<const engine::Secret>(std::move(pkcs8))};
}

PkiStore::Pair PkiStore::key(const std::string& label) const {
  const auto found = keys_.find(label);
  return found == keys_.end() ? nullptr : found->second;
}

PkiStore::Pair PkiStore::key_with(engine::ByteView public_key) const {
  for (const auto& [label, pair] : keys_)
    if (engine::equal(pair->public_key, public_key)) return pair;
  return nullptr;
}

PkiStore PkiStore::with(KeyPair pair) const {
  PkiStore out = *this;
  const std::string label = pair.label;
  out.keys_[label] = std::make_shared<const KeyPair>(std::move(pair));
  return out;
}

PkiStore PkiStore::without(const std::string& label) const {
  PkiStore out = *this;
  out.keys_.erase(label);
  return out;
}

PkiStore PkiStore::with_crl(const std::string& trustpoint, engine::Bytes der) const {
  PkiStore out = *this;
  out.crls_[trustpoint] = std::move(der);
  return out;
}

StoredPki PkiStore::stored(const MasterKeys& master, engine::Rng& random) const {
  StoredPki out;
  for (const auto& [label, pair] : keys_) {
    StoredPki::Key row{label,
                       kind_text(pair->kind),
                       pair->bits,
                       pair->exportable,
                       pair->generated,
                       engine::to_hex(pair->public_key),
                       "6 " + pair->sealed};
    if (pair->private_key) {
      const KeyText clear{.encryption = 0, .hex = true, .text = engine::to_hex(pair->private_key->expose())};
      row.private_key = master.present() ? "6 " + master.seal(clear, random) : "0 " + clear.text;
    }
    out.keys.push_back(std::move(row));
  }
  for (const auto& [trustpoint, der] : crls_) out.crls.push_back({trustpoint, engine::to_hex(der)});
  return out;
}

PkiStore PkiStore::from_stored(const StoredPki& rows, const MasterKeys& master) {
  PkiStore out;
  for (const StoredPki::Key& row : rows.keys) {
    KeyPair pair{.label = row.label,
                 .kind = row.kind == "rsa" ? PkiKeyKind::rsa : PkiKeyKind::ec,
                 .bits = static_cast<unsigned>(row.bits),
                 .exportable = row.exportable != 0,
                 .generated = row.generated,
                 .public_key = engine::from_hex(row.public_key).value_or(engine::Bytes{}),
                 .private_key = nullptr};
    const std::string text = row.private_key.substr(std::min<std::size_t>(2, row.private_key.size()));
    if (row.private_key.starts_with("0 ")) {
      pair.private_key = secret_in(text);
    } else if (const auto clear = master.open(text)) {
      pair.private_key = secret_in(clear->text);
    } else {
      pair.sealed = text;
    }
    out = out.with(std::move(pair));
  }
  for (const StoredPki::Crl& row : rows.crls) out.crls_[row.trustpoint] = engine::from_hex(row.der).value_or(engine::Bytes{});
  return out;
}

}  // namespace parser
