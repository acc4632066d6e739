#include "parser/secret_hash.hpp"

#include <crypt.h>

#include <memory>

#include "engine/crypto/password.hpp"
#include "engine/secret.hpp"

namespace parser {
namespace {

constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t md5_salt = 4, salt_characters = 14, hash_octets = 32, head_octets = 3;
constexpr int iterations = 20'000;
constexpr engine::crypto::ScryptCost cost{.n = 16384, .r = 1, .p = 1};

std::string base64(engine::ByteView octets) {
  std::string out;
  unsigned bits = 0, held = 0;
  for (const std::uint8_t octet : octets) {
    held = held << 8 | octet;
    for (bits += 8; bits >= 6; bits -= 6) out += alphabet[held >> (bits - 6) & 63];
  }
  if (bits > 0) out += alphabet[held << (6 - bits) & 63];
  return out;
}

/// Characters that stand for six bits each.
std::string fresh_salt(std::size_t characters, engine::Rng& random) {
  std::string out;
  for (const std::uint8_t octet : random.bytes(characters)) out += alphabet[octet & 63];
  return out;
}

std::string md5_crypt(std::string_view clear, std::string_view salt) {
  const auto scratch = std::make_unique<crypt_data>();
  const char* out = ::crypt_r(std::string(clear).c_str(), ("$1$" + std::string(salt)).c_str(), scratch.get());
  return out ? out : "";
}

std::string hash(HashType type, std::string_view clear, std::string_view salt) {
  if (type == HashType::md5) return md5_crypt(clear, salt);
  const engine::ByteView password = engine::as_bytes(clear), given = engine::as_bytes(salt);
  const engine::Secret key = type == HashType::scrypt ? engine::crypto::scrypt(password, given, cost, hash_octets)
                                                      : engine::crypto::pbkdf2_sha256(password, given, iterations, hash_octets);
  return "$" + std::string(1, static_cast<char>(type)) + "$" + std::string(salt) + "$" + base64(key.expose());
}

}  // namespace

std::string hashed_secret(HashType type, std::string_view clear, engine::Rng& random) {
  return hash(type, clear, fresh_salt(type == HashType::md5 ? md5_salt : salt_characters, random));
}

bool is_hash_of(std::string_view stored, std::string_view clear) {
  const std::size_t end = stored.find('$', head_octets);
  if (end == std::string_view::npos || stored[0] != '$' || stored[2] != '$') return false;
  const char type = stored[1] == '1' ? '5' : stored[1];
  if (type != '5' && type != '8' && type != '9') return false;
  const std::string made = hash(static_cast<HashType>(type), clear, stored.substr(head_octets, end - head_octets));
  return made.size() == stored.size() && engine::constant_time_equal(engine::as_bytes(made), engine::as_bytes(stored));
}

}  // namespace parser
