#include "engine/crypto/enrollment.hpp"

#include <algorithm>
#include <cctype>

#include "engine/crypto/pki_openssl.hpp"

namespace engine::crypto {
namespace {

using Name = Owner<X509_NAME, X509_NAME_free>;
using Request = Owner<X509_REQ, X509_REQ_free>;
void free_extensions(STACK_OF(X509_EXTENSION) * list) { sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free); }
using Extensions = Owner<STACK_OF(X509_EXTENSION), free_extensions>;

/// The attribute behind a keyword of IOS; NID_undef where there is none.
int attribute(const std::string& keyword) {
  std::string upper;
  for (const char c : keyword) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (upper == "E" || upper == "EMAIL") return NID_pkcs9_emailAddress;
  if (upper == "S") return NID_stateOrProvinceName;
  if (upper == "SERIALNUMBER") return NID_serialNumber;
  if (upper == "UNSTRUCTUREDNAME" || upper == "HOSTNAME") return NID_pkcs9_unstructuredName;
  if (upper == "UNSTRUCTUREDADDRESS") return NID_pkcs9_unstructuredAddress;
  if (upper == "T") return NID_title;
  if (upper == "GN") return NID_givenName;
  for (const int nid : {NID_commonName, NID_organizationalUnitName, NID_organizationName, NID_localityName,
                        NID_stateOrProvinceName, NID_countryName, NID_domainComponent, NID_surname})
    if (upper == OBJ_nid2sn(nid)) return nid;
  return NID_undef;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool add(X509_NAME* name, int nid, const std::string& value) {
  const auto* octets = reinterpret_cast<const unsigned char*>(value.data());
  // Where the characters allow it a PrintableString, as routers and older CAs have it.
  const bool printable = std::all_of(value.begin(), value.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
  const int type = nid == NID_pkcs9_emailAddress || nid == NID_domainComponent ? V_ASN1_IA5STRING
                   : printable                                                 ? V_ASN1_PRINTABLESTRING
                                                                               : MBSTRING_UTF8;
  return X509_NAME_add_entry_by_NID(name, nid, type, octets, static_cast<int>(value.size()), -1, 0) == 1;
}

Name name_of(const SubjectWish& wish) {
  Name name(X509_NAME_new());
  require(name != nullptr);
  bool good = true;
  for (auto each = wish.subject.rbegin(); each != wish.subject.rend(); ++each)
    good = good && add(name.get(), attribute(each->first), each->second);
  if (!wish.serial_number.empty()) good = good && add(name.get(), NID_serialNumber, wish.serial_number);
  if (!wish.fqdn.empty()) good = good && add(name.get(), NID_pkcs9_unstructuredName, wish.fqdn);
  if (!good) name.reset();
  return name;
}

void add_extension(STACK_OF(X509_EXTENSION) * list, int nid, const std::string& text) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, text.c_str());
  if (extension) sk_X509_EXTENSION_push(list, extension);
  ERR_clear_error();
}

/// subjectAltName and keyUsage. Names come from the configuration, one word each; what the library would read as more is left
/// out.
Extensions extensions_of(const SubjectWish& wish, const char* key_usage) {
  Extensions out(sk_X509_EXTENSION_new_null());
  require(out != nullptr);
  std::string names;
  const auto put = [&](const std::string& each) { names += (names.empty() ? "" : ",") + each; };
  for (const std::string& name : wish.dns_names)
    if (!name.empty() && name.find_first_of(",;:@ ") == std::string::npos) put("DNS:" + name);
  for (const IpAddress& address : wish.addresses) put("IP:" + address.to_string());
  if (!names.empty()) add_extension(out.get(), NID_subject_alt_name, names);
  add_extension(out.get(), NID_key_usage, key_usage);
  return out;
}

const EVP_MD* digest(const std::string& hash) { return EVP_get_digestbyname(hash.c_str()); }

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> subject_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> out;
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size())
      parts.back() += text[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (const std::string& part : parts) {
    const std::size_t equals = part.find('=');
    const std::string keyword = trimmed(part.substr(0, equals));
    if (equals == std::string::npos || attribute(keyword) == NID_undef)
      return unusable("\"" + trimmed(part) + "\" is no attribute of a name");
    const std::string value = trimmed(part.substr(equals + 1));
    if (value.empty()) return unusable("attribute \"" + keyword + "\" has no value");
    out.emplace_back(keyword, value);
  }
  return out;
}

Result<Bytes> make_request(const SubjectWish& wish, const Secret& pkcs8, const std::string& hash) {
  const Key key = parse_private(pkcs8);
  if (!key) return unusable("it is no private key");
  const Name name = name_of(wish);
  if (!name) return unusable("the subject name cannot be encoded");
  const Request request(X509_REQ_new());
  require(request && X509_REQ_set_version(request.get(), 0) == 1);
  const Extensions extensions = extensions_of(wish, "critical,digitalSignature,keyEncipherment");
  const auto& password = wish.challenge_password;
  if (!password.empty() &&
      X509_REQ_add1_attr_by_NID(request.get(), NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                reinterpret_cast<const unsigned char*>(password.data()), static_cast<int>(password.size())) != 1)
    return unusable("the challenge password cannot be encoded");
  if (X509_REQ_set_subject_name(request.get(), name.get()) != 1 || X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 || X509_REQ_sign(request.get(), key.get(), digest(hash)) <= 0)
    return unusable("the request could not be signed");
  return der_of(request.get(), i2d_X509_REQ);
}

Result<Bytes> make_self_signed(const SubjectWish& wish, const Secret& pkcs8, const std::string& hash, std::uint32_t serial,
                               std::int64_t from, std::int64_t until) {
  const Key key = parse_private(pkcs8);
  if (!key) return unusable("it is no private key");
  const Name name = name_of(wish);
  if (!name) return unusable("the subject name cannot be encoded");
  const X509Owner certificate(X509_new());
  X509* const x = certificate.get();
  require(x && X509_set_version(x, 2) == 1 && ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial) == 1 &&
          ASN1_TIME_set(X509_getm_notBefore(x), from) && ASN1_TIME_set(X509_getm_notAfter(x), until));
  bool good =
      X509_set_subject_name(x, name.get()) == 1 && X509_set_issuer_name(x, name.get()) == 1 && X509_set_pubkey(x, key.get()) == 1;
  const Extensions extensions = extensions_of(wish, "critical,digitalSignature,keyEncipherment,keyCertSign");
  add_extension(extensions.get(), NID_basic_constraints, "critical,CA:TRUE");
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions.get()); ++i)
    good = good && X509_add_ext(x, sk_X509_EXTENSION_value(extensions.get(), i), -1) == 1;
  X509V3_CTX context;
  X509V3_set_ctx(&context, x, x, nullptr, nullptr, 0);
  for (const auto& [nid, text] :
       {std::pair(NID_subject_key_identifier, "hash"), std::pair(NID_authority_key_identifier, "keyid:always")}) {
    const Owner<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, text));
    good = good && extension && X509_add_ext(x, extension.get(), -1) == 1;
  }
  if (!good || X509_sign(x, key.get(), digest(hash)) <= 0) return unusable("the certificate could not be signed");
  return der_of(x, i2d_X509);
}

}  // namespace engine::crypto
