#include "cli/key_tables.hpp"

#include "cli/ios_text.hpp"

namespace cli {
namespace {

/// What Wireshark calls an algorithm. Empty: it has no word for it.
struct Names {
  engine::TransformType type;
  std::uint16_t id, key_bits;
  const char *ike, *esp;
};
constexpr auto encryption = engine::TransformType::encryption, integrity = engine::TransformType::integrity;
constexpr Names table[] = {
    {encryption, 3, 0, "3DES [RFC2451]", "TripleDES-CBC [RFC2451]"},
    {encryption, 11, 0, "NULL [RFC2410]", "NULL"},
    {encryption, 12, 128, "AES-CBC-128 [RFC3602]", "AES-CBC [RFC3602]"},
    {encryption, 12, 192, "AES-CBC-192 [RFC3602]", "AES-CBC [RFC3602]"},
    {encryption, 12, 256, "AES-CBC-256 [RFC3602]", "AES-CBC [RFC3602]"},
    {encryption, 20, 128, "AES-GCM-128 with 16 octet ICV [RFC5282]", "AES-GCM with 16 octet ICV [RFC4106]"},
    {encryption, 20, 192, "AES-GCM-192 with 16 octet ICV [RFC5282]", "AES-GCM with 16 octet ICV [RFC4106]"},
    {encryption, 20, 256, "AES-GCM-256 with 16 octet ICV [RFC5282]", "AES-GCM with 16 octet ICV [RFC4106]"},
    {integrity, 1, 0, "HMAC_MD5_96 [RFC2403]", "HMAC-MD5-96 [RFC2403]"},
    {integrity, 2, 0, "HMAC_SHA1_96 [RFC2404]", "HMAC-SHA-1-96 [RFC2404]"},
    {integrity, 12, 0, "HMAC_SHA2_256_128 [RFC4868]", "HMAC-SHA-256-128 [RFC4868]"},
    {integrity, 13, 0, "HMAC_SHA2_384_192 [RFC4868]", "HMAC-SHA-384-192 [RFC4868]"},
    {integrity, 14, 0, "HMAC_SHA2_512_256 [RFC4868]", "HMAC-SHA-512-256 [RFC4868]"},
};

std::string name_of(const engine::Algorithm* algorithm, const char* Names::*which, const char* none) {
  if (algorithm == nullptr) return none;
  for (const Names& row : table)
    if (row.type == algorithm->type && row.id == algorithm->id && row.key_bits == algorithm->key_bits) return row.*which;
  return {};
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }
/// A key as text: nowhere else does one become that.
std::string hex(const engine::Secret& key) { return engine::to_hex(key.expose()); }
std::string hex_with_prefix(const engine::Secret& key) { return key.empty() ? quoted("") : quoted("0x" + hex(key)); }

}  // namespace

std::string ikev2_decryption_table(const CapturedKeys& keys) {
  std::string out;
  for (const auto& sa : keys.ike) {
    const std::string cipher = name_of(sa->encryption, &Names::ike, ""),
                      mac = name_of(sa->integrity, &Names::ike, "NONE [RFC4306]");
    const std::string spis = upper_hex(sa->spi_i.value, 16) + "," + upper_hex(sa->spi_r.value, 16);
    if (cipher.empty() || mac.empty())
      out += "# " + spis + ": Wireshark does not decrypt " + std::string(sa->encryption->debug_name) + "\n";
    else
      out += spis + "," + hex(sa->ei) + "," + hex(sa->er) + "," + quoted(cipher) + "," + hex(sa->ai) + "," + hex(sa->ar) + "," +
             quoted(mac) + "\n";
  }
  return out;
}

std::string esp_sa_table(const CapturedKeys& keys) {
  std::string out;
  for (const auto& sa : keys.esp) {
    const std::string cipher = name_of(sa->encryption, &Names::esp, ""), mac = name_of(sa->integrity, &Names::esp, "NULL");
    const std::string spi = "0x" + upper_hex(sa->spi.value, 8);
    if (cipher.empty() || mac.empty()) {
      out += "# " + spi + ": Wireshark does not decrypt " + std::string(sa->encryption->debug_name) + "\n";
      continue;
    }
    out += quoted(sa->source.is_v4() ? "IPv4" : "IPv6") + "," + quoted(sa->source.to_string()) + "," +
           quoted(sa->destination.to_string()) + "," + quoted(spi) + "," + quoted(cipher) + "," +
           hex_with_prefix(sa->key_encryption) + "," + quoted(mac) + "," + hex_with_prefix(sa->key_integrity) + "\n";
  }
  return out;
}

}  // namespace cli
