#include "parser/secrets.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "engine/crypto/cipher.hpp"
#include "engine/crypto/password.hpp"
#include "parser/command.hpp"
#include "parser/configuration.hpp"
#include "parser/kept.hpp"
#include "parser/secret_hash.hpp"
#include "parser/type7.hpp"

namespace parser {
namespace {

using engine::Bytes;

constexpr std::string_view salt = "sallyport type 6";
constexpr engine::crypto::ScryptCost master_key_cost{.n = 16384, .r = 8, .p = 1};
constexpr std::string_view version = "01";
constexpr std::size_t key_octets = 36, iv_octets = 8, padded_to = 16;
constexpr std::uint8_t end_of_key = 0x80;
constexpr std::size_t most_earlier_keys = 8;

engine::crypto::CipherKeys cipher_keys(const engine::Secret& key) {
  engine::crypto::CipherKeys out;
  out.encryption = engine::find_ike_keyword(engine::TransformType::encryption, "aes-gcm-256");
  out.key_encryption = &key;
  return out;
}

std::optional<KeyText> opened(const engine::Secret& key, std::string_view sealed) {
  if (!sealed.starts_with(version)) return std::nullopt;
  const auto octets = engine::from_hex(sealed.substr(version.size()));
  if (!octets) return std::nullopt;
  const auto plain = engine::crypto::open(cipher_keys(key), engine::as_bytes(salt), *octets);
  if (!plain.ok() || plain->empty()) return std::nullopt;
  const engine::Secret content(*plain);
  const engine::ByteView view = content.expose();
  std::size_t end = view.size();
  while (end > 1 && view[end - 1] == 0) --end;
  if (end < 2 || view[end - 1] != end_of_key || view[0] > 1) return std::nullopt;
  const engine::ByteView key_view = view.subspan(1, end - 2);
  KeyText out;
  out.hex = view[0] == 1;
  out.text = out.hex ? engine::to_hex(key_view) : std::string(reinterpret_cast<const char*>(key_view.data()), key_view.size());
  return out;
}

/// Every place where a line holds a key; a new one is one row.
using Change = std::optional<KeyText> (*)(const KeyText&, const void* context);
struct KeyPlace {
  const std::type_info& type;
  /// The line's struct with its key changed, or null where `change` leaves it.
  Value (*changed)(const void* value, Change change, const void* context);
};

template <class T, KeyText T::*Key>
Value with_key(const void* value, Change change, const void* context) {
  const T& line = *static_cast<const T*>(value);
  auto key = change(line.*Key, context);
  if (!key) return nullptr;
  auto out = std::make_shared<T>(line);
  (*out).*Key = std::move(*key);
  return out;
}
template <class T, std::optional<KeyText> T::*Key>
Value with_optional_key(const void* value, Change change, const void* context) {
  const T& line = *static_cast<const T*>(value);
  auto key = line.*Key ? change(*(line.*Key), context) : std::nullopt;
  if (!key) return nullptr;
  auto out = std::make_shared<T>(line);
  (*out).*Key = std::move(key);
  return out;
}

const std::vector<KeyPlace>& key_places() {
  static const std::vector<KeyPlace> places = {
      {typeid(PreSharedKey), with_key<PreSharedKey, &PreSharedKey::key>},
      {typeid(AuthenticationRemote), with_optional_key<AuthenticationRemote, &AuthenticationRemote::key>},
      {typeid(PeerPpk), with_key<PeerPpk, &PeerPpk::key>},
      {typeid(AuthenticationLocal), with_optional_key<AuthenticationLocal, &AuthenticationLocal::key>},
      {typeid(AuthenticationLocal), with_optional_key<AuthenticationLocal, &AuthenticationLocal::password>},
  };
  return places;
}

/// The line's struct with all of its keys changed, or null where `change` leaves them.
Value with_keys_changed(const Node& line, Change change, const void* context) {
  Value out;
  for (const KeyPlace& place : key_places())
    if (line.command->type() == place.type)
      if (Value value = place.changed(out ? out.get() : line.value.get(), change, context)) out = std::move(value);
  return out;
}

struct Sealing {
  const MasterKeys& keys;
  engine::Rng& random;
  bool type6, type7;
  SealedLines* told = nullptr;
};

std::string told_as(const std::string& block, const std::string& line) { return block + "\n" + line; }

std::optional<KeyText> sealed(const KeyText& key, const void* context) {
  const auto& sealing = *static_cast<const Sealing*>(context);
  KeyText clear = key;
  if (key.encryption == 6) {
    if (sealing.keys.sealed_by_present(key.text)) return std::nullopt;
    auto earlier = sealing.keys.open(key.text);
    if (!earlier) return std::nullopt;
    clear = std::move(*earlier);
  } else if (key.encryption != 0 || (key.hex && !engine::from_hex(key.text))) {
    return std::nullopt;
  }
  KeyText out;
  out.encryption = 6;
  out.text = sealing.keys.seal(clear, sealing.random);
  return out;
}

constexpr std::string_view algorithm_keyword = "algorithm-type";

/// A secret in clear of which a hash is kept.
bool is_unhashed(const Kept& line, std::size_t index) {
  const std::string_view type = line.secret_type(index);
  return line.words[index].use == Kept::Use::hashed && (type.empty() || type == "0");
}
bool has_unhashed(const Kept& line) {
  for (std::size_t i = 0; i < line.words.size(); ++i)
    if (is_unhashed(line, i)) return true;
  return false;
}

/// The algorithm that the line asks for in front of its secret; the default is scrypt, as on routers of today.
HashType wanted_hash(const Kept& line) {
  for (std::size_t i = 0; i + 1 < line.words.size(); ++i)
    if (line.words[i].use == Kept::Use::keyword && line.word(i) == algorithm_keyword)
      return line.word(i + 1) == "md5" ? HashType::md5 : line.word(i + 1) == "sha256" ? HashType::pbkdf2 : HashType::scrypt;
  return HashType::scrypt;
}

/// How the secret of a kept line is written from now on: its type and its text, or nothing where it stays.
std::optional<std::pair<std::string, std::string>> rewritten(const Kept& line, std::size_t index, const Sealing& sealing) {
  const Kept::Use use = line.words[index].use;
  const std::string_view type = line.secret_type(index);
  if (is_unhashed(line, index)) {
    const HashType hash = wanted_hash(line);
    return std::pair(std::string(1, static_cast<char>(hash)), hashed_secret(hash, line.word(index), sealing.random));
  }
  if (use < Kept::Use::key || (!type.empty() && type != "0" && type != "6")) return std::nullopt;
  const KeyText given{.encryption = type == "6" ? 6u : 0u, .hex = false, .text = std::string(line.word(index))};
  if (sealing.type6) {
    auto out = sealed(given, &sealing);
    return out ? std::optional(std::pair(std::string("6"), std::move(out->text))) : std::nullopt;
  }
  if (!sealing.type7 || use != Kept::Use::password || given.encryption != 0) return std::nullopt;
  return std::pair(std::string("7"), type7_encoded(given.text));
}

/// The kept line with its secrets of type 6 or 7, or null where it stays.
Value protected_line(const Kept& line, const Sealing& sealing) {
  Kept out;
  out.padded = line.padded;
  bool changed = false;
  const bool hashing = has_unhashed(line);
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    if (hashing && line.words[i].use == Kept::Use::keyword && line.word(i) == algorithm_keyword) {
      ++i;
      continue;
    }
    auto fresh = rewritten(line, i, sealing);
    if (fresh && !line.secret_type(i).empty()) out.cut((i - 1) * 2 + 1);
    if (fresh) out.put(i * 2, fresh->first, Kept::Use::keyword);
    out.put(i * 2 + 1, fresh ? std::string_view(fresh->second) : line.word(i), line.words[i].use);
    changed = changed || fresh;
  }
  return changed ? std::make_shared<Kept>(std::move(out)) : nullptr;
}

Value protected_value(const Node& line, const Sealing& sealing) {
  if (const Kept* kept = line.as<Kept>()) return protected_line(*kept, sealing);
  return sealing.type6 ? with_keys_changed(line, sealed, &sealing) : nullptr;
}

/// The block with its keys sealed, or null where there was nothing to do.
std::shared_ptr<Node> protected_block(const Node& block, const Node* before, const Sealing& sealing) {
  const Lines none;
  const Lines &lines = block.children, &old = before ? before->children : none;
  std::size_t head = 0, tail = 0;
  const std::size_t shorter = std::min(lines.size(), old.size());
  while (head < shorter && lines[head] == old[head]) ++head;
  while (tail < shorter - head && lines[lines.size() - 1 - tail] == old[old.size() - 1 - tail]) ++tail;
  std::unordered_set<const Node*> known;
  for (std::size_t i = head; i < old.size() - tail; ++i) known.insert(old[i].get());
  std::shared_ptr<Node> out;
  for (std::size_t i = head; i < lines.size() - tail; ++i) {
    const auto& child = lines[i];
    if (known.contains(child.get())) continue;
    std::shared_ptr<Node> fresh;
    if (!child->children.empty()) {
      const Node* same = nullptr;
      if (i < old.size() && old[i]->value == child->value) same = old[i].get();
      fresh = protected_block(*child, same, sealing);
    }
    if (Value value = protected_value(*child, sealing)) {
      fresh = std::make_shared<Node>(fresh ? *fresh : *child);
      fresh->value = std::move(value);
      if (sealing.told)
        sealing.told->insert_or_assign(told_as(block.command ? line_text(block) : "", line_text(*child)), line_text(*fresh));
    }
    if (!fresh) continue;
    if (!out) out = std::make_shared<Node>(block);
    out->children[i] = std::move(fresh);
  }
  return out;
}

/// Equal keys have equal stand-ins.
struct StandIns {
  const MasterKeys& keys;
  mutable std::map<std::string, std::size_t> numbers{};
};

std::optional<KeyText> stand_in(const KeyText& key, const void* context) {
  const auto& stand_ins = *static_cast<const StandIns*>(context);
  const KeyText clear = key.encryption == 6 ? stand_ins.keys.open(key.text).value_or(key) : key;
  const auto octets = clear.hex ? engine::from_hex(clear.text) : std::nullopt;
  const std::string meant = octets ? std::string(octets->begin(), octets->end()) : clear.text;
  const auto number = stand_ins.numbers.emplace(meant, stand_ins.numbers.size() + 1).first->second;
  return KeyText{0, false, "stand-in-" + std::to_string(number)};
}

std::shared_ptr<Node> block_with_stand_ins(const Node& block, const StandIns& stand_ins) {
  auto out = std::make_shared<Node>(block);
  out->children.clear();
  for (const auto& child : block.children) {
    Value value = with_keys_changed(*child, stand_in, &stand_ins);
    std::string as_it_is, hidden;
    child->command->print(child->value.get(), false, as_it_is);
    child->command->print_hidden(child->value.get(), hidden);
    if (!value && hidden != as_it_is) continue;
    auto fresh = block_with_stand_ins(*child, stand_ins);
    if (value) fresh->value = std::move(value);
    out->children.push_back(std::move(fresh));
  }
  return out;
}

}  // namespace

MasterKeys MasterKeys::changed_to(std::string_view password) const {
  auto fresh = std::make_shared<const engine::Secret>(
      engine::crypto::scrypt(engine::as_bytes(password), engine::as_bytes(salt), master_key_cost, key_octets));
  MasterKeys out;
  out.keys_.push_back(fresh);
  for (const auto& key : keys_)
    if (!key->equals(fresh->expose()) && out.keys_.size() <= most_earlier_keys) out.keys_.push_back(key);
  return out;
}

std::string MasterKeys::seal(const KeyText& clear, engine::Rng& random) const {
  Bytes content{static_cast<std::uint8_t>(clear.hex ? 1 : 0)};
  const Bytes key = clear.hex ? engine::from_hex(clear.text).value_or(Bytes{}) : engine::to_bytes(engine::as_bytes(clear.text));
  content.insert(content.end(), key.begin(), key.end());
  content.push_back(end_of_key);
  content.resize((content.size() + padded_to - 1) / padded_to * padded_to);
  const engine::Secret plain(std::move(content));
  const Bytes iv = random.bytes(iv_octets);
  return std::string(version) +
         engine::to_hex(engine::crypto::seal(cipher_keys(*keys_.front()), engine::as_bytes(salt), iv, plain.expose()));
}

std::optional<KeyText> MasterKeys::open(std::string_view sealed) const {
  for (const auto& key : keys_)
    if (auto clear = opened(*key, sealed)) return clear;
  return std::nullopt;
}

bool MasterKeys::sealed_by_present(std::string_view sealed) const {
  return present() && opened(*keys_.front(), sealed).has_value();
}

std::string MasterKeys::stored() const {
  std::string out;
  for (const auto& key : keys_) out += engine::to_hex(key->expose()) + "\n";
  return out;
}

MasterKeys MasterKeys::from_stored(std::string_view text) {
  MasterKeys out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    auto octets = engine::from_hex(text.substr(at, end - at));
    if (octets && octets->size() == key_octets) out.keys_.push_back(std::make_shared<const engine::Secret>(std::move(*octets)));
    at = end + 1;
  }
  return out;
}

std::optional<MasterKeyOrder> master_key_order(const LineReport& report) {
  if (!report.command || report.verdict == Verdict::refused || report.command->type() != typeid(ConfigKey)) return std::nullopt;
  if (report.taken_away) return MasterKeyOrder{true, {}};
  return MasterKeyOrder{false, static_cast<const ConfigKey*>(report.value.get())->key};
}

namespace {

struct Protection {
  bool type6, type7;
  Protection(const Configuration& configuration, const MasterKeys& keys)
      : type6(keys.present() && configuration.data().root.find<PasswordEncryption>()),
        type7(configuration.data().root.find<ServicePasswordEncryption>()) {}
};

/// A line of an old revision in the mode that `path` leads to; null where it is not understood there.
std::shared_ptr<Node> read_line(const std::vector<std::string>& path, const std::string& line) {
  const auto read = [](const Mode& mode, const std::string& text) -> std::shared_ptr<Node> {
    Session session(text);
    Parsed parsed;
    if (understand(mode, session, parsed) != Outcome::ok || parsed.form == Form::default_) return nullptr;
    auto node = std::make_shared<Node>();
    node->command = parsed.command;
    node->value = std::move(parsed.value);
    node->negated = parsed.form == Form::no;
    return node;
  };
  const Mode* mode = &global_mode();
  for (const std::string& header : path) {
    const auto block = read(*mode, header);
    mode = block ? block->command->opens() : nullptr;
    if (!mode) return nullptr;
  }
  return read(*mode, line);
}

}  // namespace

bool sealing_begins(const Configuration& configuration, const Configuration& before, const MasterKeys& keys,
                    bool new_master_key) {
  const Protection now(configuration, keys), was(before, keys);
  return (now.type6 && (new_master_key || !was.type6)) || (now.type7 && !was.type7);
}

Configuration protect(const Configuration& configuration, const Configuration& before, const MasterKeys& keys,
                      engine::Rng& random, SealedLines* sealed) {
  const Protection now(configuration, keys), was(before, keys);
  const Node* old = (!now.type6 || was.type6) && (!now.type7 || was.type7) ? &before.data().root : nullptr;
  const auto fresh = protected_block(configuration.data().root, old, {keys, random, now.type6, now.type7, sealed});
  if (!fresh) return configuration;
  return Configuration(std::make_shared<const Configuration::Data>(Configuration::Data{*fresh}));
}

Configuration with_stand_ins(const Configuration& configuration, const MasterKeys& keys) {
  return Configuration(
      std::make_shared<const Configuration::Data>(Configuration::Data{*block_with_stand_ins(configuration.data().root, {keys})}));
}

LineSealer::LineSealer(const Configuration& configuration, const MasterKeys& keys, engine::Rng& random, SealedLines known)
    : keys_(keys),
      random_(random),
      type6_(Protection(configuration, keys).type6),
      type7_(Protection(configuration, keys).type7),
      known_(std::move(known)) {}

std::string LineSealer::sealed(const std::vector<std::string>& path, const std::string& line) {
  if (passes(line)) return line;
  const auto [place, fresh] = known_.try_emplace(told_as(path.empty() ? "" : path.back(), line), line);
  if (!fresh) return place->second;
  const auto node = read_line(path, line);
  if (!node || node->negated) return line;
  if (Value value = protected_value(*node, {keys_, random_, type6_, type7_})) {
    node->value = std::move(value);
    place->second = line_text(*node);
  }
  return place->second;
}

bool LineSealer::passes(std::string_view text) {
  for (const std::string_view word : {"key", "secret", "password"})
    if (text.find(word) != std::string_view::npos) return false;
  return true;
}

}  // namespace parser
