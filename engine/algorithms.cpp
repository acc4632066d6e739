#include "engine/algorithms.hpp"

namespace engine {
namespace {

using enum TransformType;
using P = Primitive;
using C = CostClass;

constexpr std::string_view encrypts_nothing = "it encrypts nothing";
constexpr std::string_view broken_hash = "its hash is broken";
constexpr std::string_view breakable_group = "a group of this size can be broken";

// clang-format off
// type, id, key bits | ike keyword, esp keyword, show ike, show esp, debug name, xfrm name | primitive, key, block, iv, icv, output, aead, cost, weakness
constexpr Algorithm table[] = {
    {encryption, 12, 128, "aes-cbc-128", "esp-aes",     "AES-CBC", "esp-aes",     "AES-CBC-128", "cbc(aes)", P::aes_cbc, 16, 16, 16, 0, 0, false, C::inline_},
    {encryption, 12, 192, "aes-cbc-192", "esp-aes 192", "AES-CBC", "esp-192-aes", "AES-CBC-192", "cbc(aes)", P::aes_cbc, 24, 16, 16, 0, 0, false, C::inline_},
    {encryption, 12, 256, "aes-cbc-256", "esp-aes 256", "AES-CBC", "esp-256-aes", "AES-CBC-256", "cbc(aes)", P::aes_cbc, 32, 16, 16, 0, 0, false, C::inline_},
    {encryption, 20, 128, "aes-gcm-128", "esp-gcm",     "AES-GCM", "esp-gcm",     "AES-GCM-128", "rfc4106(gcm(aes))", P::aes_gcm, 20, 4, 8, 16, 0, true, C::inline_},
    {encryption, 20, 192, "aes-gcm-192", "esp-gcm 192", "AES-GCM", "esp-gcm 192", "AES-GCM-192", "rfc4106(gcm(aes))", P::aes_gcm, 28, 4, 8, 16, 0, true, C::inline_},
    {encryption, 20, 256, "aes-gcm-256", "esp-gcm 256", "AES-GCM", "esp-gcm 256", "AES-GCM-256", "rfc4106(gcm(aes))", P::aes_gcm, 36, 4, 8, 16, 0, true, C::inline_},
    {encryption, 28, 0, "chacha20-poly1305", "esp-chacha20-poly1305", "CHACHA20-POLY1305", "esp-chacha20-poly1305", "CHACHA20-POLY1305", "rfc7539esp(chacha20,poly1305)", P::chacha20_poly1305, 36, 1, 8, 16, 0, true, C::inline_},
    {encryption, 30, 128, "", "esp-gcm-iiv", "", "esp-gcm-iiv", "AES-GCM-IIV-128", "", P::aes_gcm, 20, 4, 0, 16, 0, true, C::inline_},
    {encryption, 30, 192, "", "esp-gcm-iiv 192", "", "esp-gcm-iiv 192", "AES-GCM-IIV-192", "", P::aes_gcm, 28, 4, 0, 16, 0, true, C::inline_},
    {encryption, 30, 256, "", "esp-gcm-iiv 256", "", "esp-gcm-iiv 256", "AES-GCM-IIV-256", "", P::aes_gcm, 36, 4, 0, 16, 0, true, C::inline_},
    {encryption, 31, 0, "", "esp-chacha20-poly1305-iiv", "", "esp-chacha20-poly1305-iiv", "CHACHA20-POLY1305-IIV", "", P::chacha20_poly1305, 36, 1, 0, 16, 0, true, C::inline_},
    {encryption, 21, 128, "", "esp-gmac",     "", "esp-gmac",     "AES-GMAC-128", "rfc4543(gcm(aes))", P::aes_gmac, 20, 4, 8, 16, 0, true, C::inline_, encrypts_nothing},
    {encryption, 21, 192, "", "esp-gmac 192", "", "esp-gmac 192", "AES-GMAC-192", "rfc4543(gcm(aes))", P::aes_gmac, 28, 4, 8, 16, 0, true, C::inline_, encrypts_nothing},
    {encryption, 21, 256, "", "esp-gmac 256", "", "esp-gmac 256", "AES-GMAC-256", "rfc4543(gcm(aes))", P::aes_gmac, 36, 4, 8, 16, 0, true, C::inline_, encrypts_nothing},
    {encryption, 11, 0, "",     "esp-null", "",     "esp-null", "NULL", "ecb(cipher_null)", P::null, 0, 1, 0, 0, 0, false, C::inline_, encrypts_nothing},
    {encryption, 3,  0, "3des", "esp-3des", "3DES", "esp-3des", "3DES", "cbc(des3_ede)", P::triple_des_cbc, 24, 8, 8, 0, 0, false, C::inline_, "its blocks of 64 bits let traffic of some gigabytes be read"},

    {prf, 1, 0, "md5",    "", "MD5",    "", "MD5",    "", P::hmac_md5,    16, 0, 0, 0, 16, false, C::inline_, broken_hash},
    {prf, 2, 0, "sha1",   "", "SHA1",   "", "SHA1",   "", P::hmac_sha1,   20, 0, 0, 0, 20, false, C::inline_, broken_hash},
    {prf, 5, 0, "sha256", "", "SHA256", "", "SHA256", "", P::hmac_sha256, 32, 0, 0, 0, 32, false, C::inline_},
    {prf, 6, 0, "sha384", "", "SHA384", "", "SHA384", "", P::hmac_sha384, 48, 0, 0, 0, 48, false, C::inline_},
    {prf, 7, 0, "sha512", "", "SHA512", "", "SHA512", "", P::hmac_sha512, 64, 0, 0, 0, 64, false, C::inline_},

    {integrity, 1,  0, "md5",    "esp-md5-hmac",    "MD596",  "esp-md5-hmac",    "MD596",  "hmac(md5)",    P::hmac_md5,    16, 0, 0, 12, 0, false, C::inline_, broken_hash},
    {integrity, 2,  0, "sha1",   "esp-sha-hmac",    "SHA96",  "esp-sha-hmac",    "SHA96",  "hmac(sha1)",   P::hmac_sha1,   20, 0, 0, 12, 0, false, C::inline_, broken_hash},
    {integrity, 12, 0, "sha256", "esp-sha256-hmac", "SHA256", "esp-sha256-hmac", "SHA256", "hmac(sha256)", P::hmac_sha256, 32, 0, 0, 16, 0, false, C::inline_},
    {integrity, 13, 0, "sha384", "esp-sha384-hmac", "SHA384", "esp-sha384-hmac", "SHA384", "hmac(sha384)", P::hmac_sha384, 48, 0, 0, 24, 0, false, C::inline_},
    {integrity, 14, 0, "sha512", "esp-sha512-hmac", "SHA512", "esp-sha512-hmac", "SHA512", "hmac(sha512)", P::hmac_sha512, 64, 0, 0, 32, 0, false, C::inline_},

    {key_exchange, 1,  0, "1",  "", "1",  "group1",  "DH_GROUP_768_MODP/Group 1",   "", P::modp,   32, 0, 0, 0, 96,  false, C::inline_, breakable_group},
    {key_exchange, 2,  0, "2",  "", "2",  "group2",  "DH_GROUP_1024_MODP/Group 2",  "", P::modp,   32, 0, 0, 0, 128, false, C::pool, breakable_group},
    {key_exchange, 5,  0, "5",  "", "5",  "group5",  "DH_GROUP_1536_MODP/Group 5",  "", P::modp,   32, 0, 0, 0, 192, false, C::pool, breakable_group},
    {key_exchange, 14, 0, "14", "", "14", "group14", "DH_GROUP_2048_MODP/Group 14", "", P::modp,   32, 0, 0, 0, 256, false, C::pool},
    {key_exchange, 15, 0, "15", "", "15", "group15", "DH_GROUP_3072_MODP/Group 15", "", P::modp,   40, 0, 0, 0, 384, false, C::pool},
    {key_exchange, 16, 0, "16", "", "16", "group16", "DH_GROUP_4096_MODP/Group 16", "", P::modp,   48, 0, 0, 0, 512, false, C::pool},
    {key_exchange, 17, 0, "17", "", "17", "group17", "DH_GROUP_6144_MODP/Group 17", "", P::modp,   56, 0, 0, 0, 768, false, C::pool},
    {key_exchange, 18, 0, "18", "", "18", "group18", "DH_GROUP_8192_MODP/Group 18", "", P::modp,   64, 0, 0, 0, 1024, false, C::pool},
    {key_exchange, 19, 0, "19", "", "19", "group19", "DH_GROUP_256_ECP/Group 19",   "", P::ecp,    32, 0, 0, 0, 64,  false, C::inline_},
    {key_exchange, 20, 0, "20", "", "20", "group20", "DH_GROUP_384_ECP/Group 20",   "", P::ecp,    48, 0, 0, 0, 96,  false, C::pool},
    {key_exchange, 21, 0, "21", "", "21", "group21", "DH_GROUP_521_ECP/Group 21",   "", P::ecp,    66, 0, 0, 0, 132, false, C::pool},
    {key_exchange, 24, 0, "24", "", "24", "group24", "DH_GROUP_2048_256_MODP/Group 24", "", P::modp, 32, 0, 0, 0, 256, false, C::pool, "nobody can tell where its prime comes from (RFC 8247)"},
    {key_exchange, 28, 0, "28", "", "28", "group28", "DH_GROUP_256_BRAINPOOL/Group 28", "", P::ecp, 32, 0, 0, 0, 64,  false, C::pool},
    {key_exchange, 29, 0, "29", "", "29", "group29", "DH_GROUP_384_BRAINPOOL/Group 29", "", P::ecp, 48, 0, 0, 0, 96,  false, C::pool},
    {key_exchange, 30, 0, "30", "", "30", "group30", "DH_GROUP_512_BRAINPOOL/Group 30", "", P::ecp, 64, 0, 0, 0, 128, false, C::pool},
    {key_exchange, 31, 0, "31", "", "31", "group31", "DH_GROUP_CURVE25519/Group 31", "", P::x25519, 32, 0, 0, 0, 32, false, C::inline_},
    {key_exchange, 32, 0, "32", "", "32", "group32", "DH_GROUP_CURVE448/Group 32", "", P::x448, 56, 0, 0, 0, 56, false, C::pool},
    {key_exchange, 35, 0, "mlkem512",  "", "ML-KEM-512",  "ML-KEM-512",  "ML-KEM-512",  "", P::ml_kem, 64, 0, 0, 0, 800,  false, C::inline_},
    {key_exchange, 36, 0, "mlkem768",  "", "ML-KEM-768",  "ML-KEM-768",  "ML-KEM-768",  "", P::ml_kem, 64, 0, 0, 0, 1184, false, C::inline_},
    {key_exchange, 37, 0, "mlkem1024", "", "ML-KEM-1024", "ML-KEM-1024", "ML-KEM-1024", "", P::ml_kem, 64, 0, 0, 0, 1568, false, C::inline_},
};
// clang-format on

}  // namespace

std::span<const Algorithm> algorithms() { return table; }

constexpr Algorithm authentication_header{
    TransformType::encryption, 0, 0, "", "", "None", "ah", "AH", "", Primitive::none, 0, 1, 0, 0, 0, false, CostClass::inline_};

const Algorithm* find_algorithm(TransformType type, std::uint16_t id, std::uint16_t key_bits) {
  for (const Algorithm& row : table)
    if (row.type == type && row.id == id && row.key_bits == key_bits) return &row;
  return nullptr;
}

const Algorithm* find_ike_keyword(TransformType type, std::string_view keyword) {
  for (const Algorithm& row : table)
    if (row.type == type && !row.ike_keyword.empty() && row.ike_keyword == keyword) return &row;
  return nullptr;
}

const Algorithm* find_esp_keyword(std::string_view keyword) {
  for (const Algorithm& row : table)
    if (!row.esp_keyword.empty() && row.esp_keyword == keyword) return &row;
  return nullptr;
}

}  // namespace engine
