#include "engine/crypto/containers.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include <cctype>

#include "engine/crypto/pki_openssl.hpp"

namespace engine::crypto {
namespace {

constexpr std::size_t line_length = 64;

/// Between the boundaries, or all of it where there are none.
std::string_view body_of(std::string_view text) {
  const std::size_t begin = text.find("-----BEGIN ");
  if (begin == std::string_view::npos) return text;
  const std::size_t from = text.find("-----", begin + 11);
  if (from == std::string_view::npos) return {};
  const std::size_t end = text.find("-----END ", from);
  return end == std::string_view::npos ? std::string_view{} : text.substr(from + 5, end - from - 5);
}

std::string password_text(const Secret& secret) {
  const ByteView octets = secret.expose();
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

/// Never asks the terminal.
int answer_password(char* buffer, int size, int, void* secret) {
  const ByteView octets = static_cast<const Secret*>(secret)->expose();
  if (octets.size() > static_cast<std::size_t>(size)) return -1;
  std::copy(octets.begin(), octets.end(), buffer);
  return static_cast<int>(octets.size());
}

void free_certificates(STACK_OF(X509) * list) { sk_X509_pop_free(list, X509_free); }
using Certificates = Owner<STACK_OF(X509), free_certificates>;
using Pkcs12 = Owner<PKCS12, PKCS12_free>;

}  // namespace

Result<Bytes> base64_decoded(std::string_view text) {
  std::string compact;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '/' && c != '=') return unusable("it is no base 64");
    compact += c;
  }
  if (compact.empty() || compact.size() % 4 != 0) return unusable("the base 64 text is not whole");
  Bytes out(compact.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(compact.data()), static_cast<int>(compact.size()));
  if (size < 0) return unusable("it is no base 64");
  const std::size_t padding = compact.size() - (compact.find_last_not_of('=') + 1);
  if (padding > 2) return unusable("it is no base 64");
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string base64_lines(ByteView octets) {
  std::string all((octets.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(all.data()), octets.data(), static_cast<int>(octets.size()));
  all.resize(static_cast<std::size_t>(size));
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += line_length) out += all.substr(at, line_length) + "\n";
  return out;
}

std::string pem(std::string_view label, ByteView der) {
  return "-----BEGIN " + std::string(label) + "-----\n" + base64_lines(der) + "-----END " + std::string(label) + "-----\n";
}

Result<Bytes> certificate_of_text(std::string_view text) {
  auto der = base64_decoded(body_of(text));
  if (!der) return der;
  if (!parse_x509(*der)) return unusable("it is no certificate");
  return der;
}

Result<Bytes> crl_of_text(std::string_view text) {
  const auto is_crl = [](ByteView der) {
    const unsigned char* at = der.data();
    const Owner<X509_CRL, X509_CRL_free> crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    return crl && at == der.data() + der.size();
  };
  if (is_crl(as_bytes(text))) return to_bytes(as_bytes(text));
  auto der = base64_decoded(body_of(text));
  if (!der) return der;
  if (!is_crl(*der)) return unusable("it is no CRL");
  return der;
}

Result<Secret> private_key_of_text(std::string_view pem, const Secret& password) {
  const Memory in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  require(in != nullptr);
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, answer_password, const_cast<Secret*>(&password)));
  if (!key) return unusable("it is no private key, or the password is not its");
  ERR_clear_error();
  return pkcs8_of(key.get());
}

Result<std::string> encrypted_pem(const Secret& pkcs8, const Secret& password, const std::string& cipher) {
  const Key key = parse_private(pkcs8);
  const EVP_CIPHER* with = EVP_get_cipherbyname(cipher.c_str());
  if (!key || !with) return unusable("it is no private key");
  const Memory out(BIO_new(BIO_s_mem()));
  require(out != nullptr);
  const ByteView octets = password.expose();
  if (PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), with, octets.data(), static_cast<int>(octets.size()), nullptr,
                                           nullptr) != 1)
    return unusable("the key could not be encrypted");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

namespace {

/// A library of its own for files as routers and older systems write them, with RC2-40: what is opened with it leaves it as
/// PKCS#8 and DER. Null where the system has no legacy algorithms.
OSSL_LIB_CTX* with_old_algorithms() {
  struct Library {
    OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
    OSSL_PROVIDER* usual = OSSL_PROVIDER_load(context, "default");
    OSSL_PROVIDER* legacy = OSSL_PROVIDER_load(context, "legacy");
  };
  static const Library library;  // as long as the process: keys of it may be on their way
  return library.legacy && library.usual ? library.context : nullptr;
}

}  // namespace

Result<Bundle> open_pkcs12(ByteView der, const Secret& password) {
  const unsigned char* at = der.data();
  PKCS12* empty = PKCS12_init_ex(NID_pkcs7_data, with_old_algorithms(), nullptr);
  const Pkcs12 file(d2i_PKCS12(&empty, &at, static_cast<long>(der.size())));
  if (!file) return unusable("it is no PKCS12 file");
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(file.get(), password_text(password).c_str(), &key, &certificate, &others) != 1)
    return unusable("the PKCS12 file cannot be opened: the password is not its, or it uses algorithms that are not supported");
  const Key own(key);
  const X509Owner mine(certificate);
  const Certificates rest(others);
  ERR_clear_error();
  Bundle out;
  if (own) out.key = pkcs8_of(own.get());
  if (mine) out.certificate = der_of(mine.get(), i2d_X509);
  for (int i = 0; rest && i < sk_X509_num(rest.get()); ++i) out.others.push_back(der_of(sk_X509_value(rest.get(), i), i2d_X509));
  return out;
}

Result<Bytes> make_pkcs12(const Bundle& bundle, const std::string& name, const Secret& password) {
  const Key key = parse_private(bundle.key);
  const X509Owner certificate = parse_x509(bundle.certificate);
  if (!key || !certificate) return unusable("there is no key or no certificate");
  const Certificates others(sk_X509_new_null());
  require(others != nullptr);
  for (const Bytes& der : bundle.others)
    if (X509Owner other = parse_x509(der)) sk_X509_push(others.get(), other.release());
  const Pkcs12 file(PKCS12_create(password_text(password).c_str(), name.c_str(), key.get(), certificate.get(), others.get(),
                                  NID_aes_256_cbc, NID_aes_256_cbc, 0, 0, 0));
  if (!file) return unusable("the PKCS12 file could not be made");
  return der_of(file.get(), i2d_PKCS12);
}

}  // namespace engine::crypto
