#include "engine/crypto/certificate_details.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/address.hpp"
#include "engine/crypto/pki_openssl.hpp"

namespace engine::crypto {
namespace {

std::string shown(ByteView octets) {
  std::string out;
  for (const std::uint8_t c : octets) {
    if (c >= 0x20 && c < 0x7F && c != '\\')
      out += static_cast<char>(c);
    else
      out += "\\x" + to_hex(ByteView(&c, 1));
  }
  return out;
}

ByteView view_of(const ASN1_STRING* text) {
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string keyword_of(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  if (nid == NID_pkcs9_unstructuredName) return "hostname";
  if (nid == NID_pkcs9_unstructuredAddress) return "ipaddress";
  if (nid == NID_serialNumber) return "serialNumber";
  if (nid == NID_pkcs9_emailAddress) return "e";
  std::string out;
  if (nid != NID_undef) {
    out = OBJ_nid2sn(nid);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
  }
  std::array<char, 80> numbers{};
  OBJ_obj2txt(numbers.data(), static_cast<int>(numbers.size()), object, 1);
  return numbers.data();
}

std::vector<NamePart> parts_of(const X509_NAME* name) {
  std::vector<NamePart> out;
  for (int i = X509_NAME_entry_count(name); i-- > 0;) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (size < 0) continue;
    out.push_back({keyword_of(X509_NAME_ENTRY_get_object(entry)), shown({utf8, static_cast<std::size_t>(size)})});
    OPENSSL_free(utf8);
  }
  return out;
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  const Owner<ASN1_TIME, ASN1_TIME_free> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0, seconds = 0;
  if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return 0;
  return std::int64_t{days} * 86400 + seconds;
}

/// "SHA256 with RSA Encryption", as IOS has it.
std::string signature_name(int nid) {
  int hash = NID_undef, key = NID_undef;
  if (OBJ_find_sigid_algs(nid, &hash, &key) != 1 || hash == NID_undef) return nid == NID_undef ? "unknown" : OBJ_nid2ln(nid);
  return std::string(OBJ_nid2sn(hash)) + " with " + (key == NID_X9_62_id_ecPublicKey ? "ECDSA" : "RSA Encryption");
}

constexpr std::array<std::pair<std::uint32_t, const char*>, 9> usages = {{{KU_DIGITAL_SIGNATURE, "Digital Signature"},
                                                                          {KU_NON_REPUDIATION, "Non Repudiation"},
                                                                          {KU_KEY_ENCIPHERMENT, "Key Encipherment"},
                                                                          {KU_DATA_ENCIPHERMENT, "Data Encipherment"},
                                                                          {KU_KEY_AGREEMENT, "Key Agreement"},
                                                                          {KU_KEY_CERT_SIGN, "Key Cert Sign"},
                                                                          {KU_CRL_SIGN, "CRL Signature"},
                                                                          {KU_ENCIPHER_ONLY, "Encipher Only"},
                                                                          {KU_DECIPHER_ONLY, "Decipher Only"}}};

std::string extended_name(const ASN1_OBJECT* object) {
  switch (OBJ_obj2nid(object)) {
    case NID_client_auth:
      return "Client Auth";
    case NID_server_auth:
      return "Server Auth";
    case NID_ipsecEndSystem:
      return "IPSEC End System";
    case NID_ipsecTunnel:
      return "IPSEC Tunnel";
    case NID_ipsecUser:
      return "IPSEC User";
    case NID_code_sign:
      return "Code Signing";
    case NID_email_protect:
      return "Email Protection";
    case NID_time_stamp:
      return "Time Stamping";
    case NID_OCSP_sign:
      return "OCSP Signing";
    default: {
      std::array<char, 80> numbers{};
      OBJ_obj2txt(numbers.data(), static_cast<int>(numbers.size()), object, 1);
      return numbers.data();
    }
  }
}

void read_usage(X509* x, CertificateDetails& out) {
  const std::uint32_t flags = X509_get_extension_flags(x);
  out.constrained = (flags & EXFLAG_BCONS) != 0;
  out.authority = (flags & EXFLAG_CA) != 0;
  if ((flags & EXFLAG_KUSAGE) != 0) {
    const std::uint32_t bits = X509_get_key_usage(x);
    // The first octet of the BIT STRING is the library's lowest one.
    out.key_usage = (bits & 0xFF) << 24 | (bits & 0xFF00) << 8;
    for (const auto& [bit, name] : usages)
      if ((bits & bit) != 0) out.key_usages.emplace_back(name);
  }
  auto* extended = static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(x, NID_ext_key_usage, nullptr, nullptr));
  for (int i = 0; extended && i < sk_ASN1_OBJECT_num(extended); ++i)
    out.extended_usages.push_back(extended_name(sk_ASN1_OBJECT_value(extended, i)));
  EXTENDED_KEY_USAGE_free(extended);
}

std::optional<std::string> name_text(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) return shown(view_of(static_cast<const ASN1_STRING*>(value)));
  if (type != GEN_IPADD) return std::nullopt;
  const ByteView octets = view_of(static_cast<const ASN1_STRING*>(value));
  const auto address = IpAddress::from_bytes(octets);
  return address ? std::optional(address->to_string()) : std::nullopt;
}

void add_names(const GENERAL_NAMES* names, std::vector<std::string>& out) {
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i)
    if (auto text = name_text(sk_GENERAL_NAME_value(names, i))) out.push_back(std::move(*text));
}

void read_places(X509* x, CertificateDetails& out) {
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x, NID_subject_alt_name, nullptr, nullptr));
  add_names(names, out.alternative_names);
  GENERAL_NAMES_free(names);
  auto* points = static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(x, NID_crl_distribution_points, nullptr, nullptr));
  for (int i = 0; points && i < sk_DIST_POINT_num(points); ++i) {
    const DIST_POINT_NAME* point = sk_DIST_POINT_value(points, i)->distpoint;
    if (point && point->type == 0) add_names(point->name.fullname, out.crl_urls);
  }
  CRL_DIST_POINTS_free(points);
  auto* access = static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(x, NID_info_access, nullptr, nullptr));
  for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access); ++i) {
    const ACCESS_DESCRIPTION* each = sk_ACCESS_DESCRIPTION_value(access, i);
    if (OBJ_obj2nid(each->method) != NID_ad_OCSP) continue;
    if (auto text = name_text(each->location)) out.ocsp_urls.push_back(std::move(*text));
  }
  AUTHORITY_INFO_ACCESS_free(access);
}

Bytes digest_of(X509* x, const char* name) {
  Bytes out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  const EVP_MD* md = EVP_get_digestbyname(name);
  if (!md || X509_digest(x, md, out.data(), &size) != 1) size = 0;
  out.resize(size);
  return out;
}

}  // namespace

std::optional<CertificateDetails> details_of(ByteView der) {
  const X509Owner owner = parse_x509(der);
  X509* const x = owner.get();
  if (!x) return std::nullopt;
  CertificateDetails out;
  out.version = static_cast<unsigned>(X509_get_version(x)) + 1;
  out.serial = to_hex(view_of(X509_get0_serialNumber(x)));
  std::transform(out.serial.begin(), out.serial.end(), out.serial.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  out.issuer = parts_of(X509_get_issuer_name(x));
  out.subject = parts_of(X509_get_subject_name(x));
  out.not_before = seconds_of(X509_get0_notBefore(x));
  out.not_after = seconds_of(X509_get0_notAfter(x));
  if (EVP_PKEY* key = X509_get0_pubkey(x)) {
    out.public_key = der_of(key, i2d_PUBKEY);
    out.key = shape_of(out.public_key);
    out.key_algorithm = OBJ_nid2ln(EVP_PKEY_get_base_id(key));
  }
  out.signature_algorithm = signature_name(X509_get_signature_nid(x));
  out.md5 = digest_of(x, "MD5");
  out.sha1 = digest_of(x, "SHA1");
  read_usage(x, out);
  if (const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(x)) out.subject_key = to_bytes(view_of(id));
  if (const ASN1_OCTET_STRING* id = X509_get0_authority_key_id(x)) out.authority_key = to_bytes(view_of(id));
  read_places(x, out);
  ERR_clear_error();
  return out;
}

std::optional<CrlDetails> crl_details_of(ByteView der) {
  const unsigned char* at = der.data();
  const Owner<X509_CRL, X509_CRL_free> list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  forget_errors();
  if (!list) return std::nullopt;
  CrlDetails out;
  out.issuer = parts_of(X509_CRL_get_issuer(list.get()));
  out.this_update = seconds_of(X509_CRL_get0_lastUpdate(list.get()));
  if (const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get())) out.next_update = seconds_of(next);
  out.entries = static_cast<std::size_t>(std::max(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list.get())), 0));
  out.delta = X509_CRL_get_ext_by_NID(list.get(), NID_delta_crl, -1) >= 0;
  return out;
}

}  // namespace engine::crypto
