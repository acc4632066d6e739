#include "engine/crypto/revocation.hpp"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "engine/crypto/own_status.hpp"
#include "engine/crypto/path.hpp"
#include "engine/crypto/remembered.hpp"
#include "engine/x500.hpp"

namespace engine::crypto {
namespace {

using Response = Owner<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using BasicResponse = Owner<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OcspRequest = Owner<OCSP_REQUEST, OCSP_REQUEST_free>;
using CertificateId = Owner<OCSP_CERTID, OCSP_CERTID_free>;
using Points = Owner<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;
using ResponderStore = Owner<X509_STORE, X509_STORE_free>;

/// Between the responder's clock and ours; as long as a response without an end is taken.
constexpr WallTime ocsp_skew = 300;

bool is_http(std::string_view url) { return url.size() > 7 && url.substr(0, 7) == "http://" && url.size() < 1024; }

/// The full names of distribution points that HTTP reaches.
std::vector<std::string> urls_of(const CRL_DIST_POINTS* points) {
  std::vector<std::string> out;
  for (int i = 0; points && i < sk_DIST_POINT_num(points); ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points, i);
    if (!point->distpoint || point->distpoint->type != 0) continue;
    const GENERAL_NAMES* names = point->distpoint->name.fullname;
    for (int k = 0; k < sk_GENERAL_NAME_num(names) && out.size() < max_urls; ++k) {
      int type = 0;
      const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, k), &type));
      if (type != GEN_URI) continue;
      std::string url(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                      static_cast<std::size_t>(ASN1_STRING_length(value)));
      if (is_http(url)) out.push_back(std::move(url));
    }
  }
  return out;
}

std::vector<std::string> delta_urls(const X509* certificate) {
  const Points points(static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_freshest_crl, nullptr, nullptr)));
  return urls_of(points.get());
}
std::vector<std::string> delta_urls(const X509_CRL* list) {
  const Points points(static_cast<CRL_DIST_POINTS*>(X509_CRL_get_ext_d2i(list, NID_freshest_crl, nullptr, nullptr)));
  return urls_of(points.get());
}

std::vector<std::string> urls_for(const X509* certificate, const Trustpoint& trustpoint) {
  return trustpoint.crl_url.empty() ? list_urls(certificate) : std::vector{trustpoint.crl_url};
}

/// A list that was fetched, parsed once a thread; null: it is none.
X509_CRL* parsed_list(const DocumentPtr& document) {
  thread_local Remembered<Document, CrlOwner> lists;
  return lists
      .of(document,
          [](const Document& each) {
            const unsigned char* at = each.octets.data();
            return CrlOwner(d2i_X509_CRL(nullptr, &at, static_cast<long>(each.octets.size())));
          })
      .get();
}

/// Older than it may be, or than it says.
bool outlived(const Document& document, const X509_CRL* list, const Trustpoint& trustpoint, const Inquiry& inquiry,
              WallTime now) {
  if (document.at >= inquiry.begun) return false;
  if (trustpoint.crl_age && document.at + *trustpoint.crl_age <= now) return true;
  const ASN1_TIME* next = list ? X509_CRL_get0_nextUpdate(list) : nullptr;
  return next && ASN1_TIME_cmp_time_t(next, static_cast<time_t>(now)) < 0 && document.at + no_help_for <= now;
}

/// Whether it is here and of use; otherwise it is wanted where that makes sense. `why` gets what came of it.
bool here_or_wanted(const std::string& url, const Trustpoint& trustpoint, WallTime now, Inquiry& inquiry, std::string& why) {
  const DocumentPtr known = inquiry.find(url);
  const bool again = known && (known->failure.empty() ? outlived(*known, parsed_list(known), trustpoint, inquiry, now)
                                                      : known->at < inquiry.begun && known->at + no_help_for <= now);
  if (!known || again) {
    inquiry.wanted.push_back({url, url});
    return true;
  }
  if (known->failure.empty()) return true;
  why += "; " + url + ": " + known->failure;
  return false;
}

void add_list(STACK_OF(X509_CRL) * to, const std::string& url, const Inquiry& inquiry, std::vector<std::string>* deltas) {
  const DocumentPtr document = inquiry.find(url);
  X509_CRL* list = document && document->failure.empty() ? parsed_list(document) : nullptr;
  if (!list) return;
  if (deltas) *deltas = delta_urls(list);
  X509_CRL_up_ref(list);
  sk_X509_CRL_push(to, list);
}

// ---- OCSP ----

enum class OcspStatus : std::uint8_t { good, revoked, unknown };

bool has_other_nonce(const OCSP_BASICRESP* response, const Bytes& nonce) {
  auto* mutable_response = const_cast<OCSP_BASICRESP*>(response);
  const int at = OCSP_BASICRESP_get_ext_by_NID(mutable_response, NID_id_pkix_OCSP_Nonce, -1);
  if (at < 0 || nonce.empty()) return false;
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(mutable_response, at));
  Bytes expected{0x04, static_cast<std::uint8_t>(nonce.size())};
  expected.insert(expected.end(), nonce.begin(), nonce.end());
  return !equal(expected, {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
}

/// The issuer has signed it, or somebody whom the issuer let (RFC 6960, 4.2.2.2).
bool is_signed_by(OCSP_BASICRESP* response, X509* issuer, WallTime now) {
  const ResponderStore store(X509_STORE_new());
  require(store && X509_STORE_add_cert(store.get(), issuer) == 1);
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), static_cast<time_t>(now));
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store.get()), 2);
  STACK_OF(X509)* known = sk_X509_new_null();
  sk_X509_push(known, issuer);
  const bool verified = OCSP_basic_verify(response, known, store.get(), 0) == 1;
  sk_X509_free(known);
  return verified;
}

WallTime seconds_until(const ASN1_TIME* time, WallTime now) {
  const Owner<ASN1_TIME, ASN1_TIME_free> from(ASN1_TIME_set(nullptr, static_cast<time_t>(now)));
  int days = 0, seconds = 0;
  if (!from || ASN1_TIME_diff(&days, &seconds, from.get(), time) != 1) return 0;
  return WallTime{86400} * days + seconds;
}

/// The part of a response that is about the certificate; null: none.
OCSP_SINGLERESP* part_about(OCSP_BASICRESP* response, X509* certificate, X509* issuer) {
  for (int i = 0; i < std::min(OCSP_resp_count(response), 64); ++i) {
    OCSP_SINGLERESP* each = OCSP_resp_get0(response, i);
    auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(each));
    ASN1_OBJECT* hash = nullptr;
    OCSP_id_get0_info(nullptr, &hash, nullptr, nullptr, id);
    const EVP_MD* digest = EVP_get_digestbyobj(hash);
    if (!digest) continue;
    const CertificateId own(OCSP_cert_to_id(digest, certificate, issuer));
    if (own && OCSP_id_cmp(own.get(), id) == 0) return each;
  }
  return nullptr;
}

/// `end` gets until when the answer holds.
OcspStatus status_in(ByteView der, X509* certificate, X509* issuer, const Bytes& nonce, WallTime now, std::string& why,
                     WallTime* end = nullptr) {
  const auto unknown = [&](const char* reason) {
    why = reason;
    return OcspStatus::unknown;
  };
  const unsigned char* at = der.data();
  const Response response(der.size() > max_ocsp_octets ? nullptr
                                                       : d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (!response) return unknown("what came is no OCSP response");
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return unknown(OCSP_response_status_str(status));
  const BasicResponse basic(OCSP_response_get1_basic(response.get()));
  if (!basic) return unknown("the OCSP response is of no known kind");
  OCSP_SINGLERESP* part = part_about(basic.get(), certificate, issuer);
  if (!part) return unknown("the OCSP response is about another certificate");
  if (!is_signed_by(basic.get(), issuer, now)) return unknown("the OCSP response is signed by nobody who may");
  if (has_other_nonce(basic.get(), nonce)) return unknown("the OCSP response has another nonce");
  ASN1_GENERALIZEDTIME *revoked_at = nullptr, *from = nullptr, *until = nullptr;
  const int status = OCSP_single_get0_status(part, nullptr, &revoked_at, &from, &until);
  if (!from || ASN1_TIME_cmp_time_t(from, static_cast<time_t>(now + ocsp_skew)) > 0)
    return unknown("the OCSP response is of the future");
  const bool over = until ? ASN1_TIME_cmp_time_t(until, static_cast<time_t>(now)) < 0
                          : ASN1_TIME_cmp_time_t(from, static_cast<time_t>(now - ocsp_skew)) < 0;
  if (over) return unknown("the OCSP response is out of date");
  if (end) *end = until ? now + seconds_until(until, now) : now + ocsp_skew;
  if (status == V_OCSP_CERTSTATUS_GOOD) return OcspStatus::good;
  if (status == V_OCSP_CERTSTATUS_REVOKED) return OcspStatus::revoked;
  return unknown("the OCSP responder does not know the certificate");
}

std::vector<std::string> responders_of(X509* certificate, const Trustpoint& trustpoint) {
  if (!trustpoint.ocsp_url.empty()) return {trustpoint.ocsp_url};
  std::vector<std::string> out;
  STACK_OF(OPENSSL_STRING)* urls = X509_get1_ocsp(certificate);
  for (int i = 0; i < sk_OPENSSL_STRING_num(urls) && out.size() < max_urls; ++i)
    if (is_http(sk_OPENSSL_STRING_value(urls, i))) out.emplace_back(sk_OPENSSL_STRING_value(urls, i));
  X509_email_free(urls);
  return out;
}

Fetch question(const std::string& url, X509* certificate, X509* issuer, const Bytes& nonce) {
  const OcspRequest request(OCSP_REQUEST_new());
  OCSP_CERTID* id = OCSP_cert_to_id(nullptr, certificate, issuer);
  require(request && id && OCSP_request_add0_id(request.get(), id));
  Fetch out{url + " " + to_hex(der_of(id, i2d_OCSP_CERTID)), url, {}, nonce};
  Bytes octets = nonce;
  if (!nonce.empty()) OCSP_request_add1_nonce(request.get(), octets.data(), static_cast<int>(octets.size()));
  out.body = der_of(request.get(), i2d_OCSP_REQUEST);
  return out;
}

struct OcspAnswer {
  OcspStatus status = OcspStatus::unknown;
  std::string why;
};

OcspAnswer fetched_status(X509* certificate, X509* issuer, const Trustpoint& trustpoint, WallTime now, Inquiry& inquiry) {
  OcspAnswer out;
  for (const std::string& url : responders_of(certificate, trustpoint)) {
    Fetch fetch = question(url, certificate, issuer, trustpoint.ocsp_nonce ? inquiry.nonce : Bytes{});
    const DocumentPtr known = inquiry.find(fetch.key);
    std::string why = known ? known->failure : "";
    if (known && why.empty()) out.status = status_in(known->octets, certificate, issuer, known->nonce, now, why);
    if (out.status != OcspStatus::unknown) return out;
    if (!known || (known->at < inquiry.begun && (known->failure.empty() || known->at + no_help_for <= now))) {
      inquiry.wanted.push_back(std::move(fetch));
      return out;
    }
    out.why += "; " + url + ": " + why;
  }
  return out;
}

}  // namespace

std::vector<std::string> list_urls(const X509* certificate) {
  const Points points(
      static_cast<CRL_DIST_POINTS*>(X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
  return urls_of(points.get());
}

void add_lists(STACK_OF(X509_CRL) * to, const STACK_OF(X509) * certificates, const Trustpoint& trustpoint,
               const Inquiry& inquiry) {
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    const X509* each = sk_X509_value(certificates, i);
    std::vector<std::string> deltas;
    for (const std::string& url : urls_for(each, trustpoint)) add_list(to, url, inquiry, &deltas);
    for (const std::string& url : deltas) add_list(to, url, inquiry, nullptr);
    for (const std::string& url : delta_urls(each)) add_list(to, url, inquiry, nullptr);
  }
}

void want_lists(const STACK_OF(X509) * path, Unknown& unknown, const Trustpoint& trustpoint, WallTime now, Inquiry& inquiry) {
  for (int i = 0; i + 1 < sk_X509_num(path); ++i) {
    const X509* each = sk_X509_value(path, i);
    std::string why;
    std::vector<std::string> deltas = delta_urls(each);
    for (const std::string& url : urls_for(each, trustpoint)) {
      if (!here_or_wanted(url, trustpoint, now, inquiry, why)) continue;
      const DocumentPtr base = inquiry.find(url);
      X509_CRL* list = base && base->failure.empty() ? parsed_list(base) : nullptr;
      if (base && base->failure.empty() && !list) why += "; " + url + ": what came is no CRL";
      if (list && deltas.empty()) deltas = delta_urls(list);
      break;
    }
    for (const std::string& url : deltas) here_or_wanted(url, trustpoint, now, inquiry, why);
    if (const auto hit = unknown.find(i); hit != unknown.end()) hit->second += why;
  }
}

std::optional<Failure> ask_ocsp(const STACK_OF(X509) * path, Unknown& unknown, const Trustpoint& trustpoint, WallTime now,
                                Inquiry& inquiry) {
  for (auto it = unknown.begin(); it != unknown.end();) {
    X509* certificate = sk_X509_value(path, it->first);
    X509* issuer = sk_X509_value(path, it->first + 1);
    OcspAnswer answer;
    for (const Bytes& der : inquiry.sent_along)
      if (answer.status == OcspStatus::unknown) answer.status = status_in(der, certificate, issuer, {}, now, answer.why);
    if (answer.status == OcspStatus::unknown) answer = fetched_status(certificate, issuer, trustpoint, now, inquiry);
    if (answer.status == OcspStatus::revoked)
      return Failure{NotifyType::authentication_failed, Cause::certificate_revoked,
                     x500_text(der_of(X509_get_subject_name(certificate), i2d_X509_NAME)) +
                         ": certificate revoked, says OCSP (trustpoint " + trustpoint.name + ")"};
    if (answer.status == OcspStatus::good) {
      it = unknown.erase(it);
      continue;
    }
    it->second += answer.why.empty() ? "; no OCSP responder is known" : answer.why;
    ++it;
  }
  return std::nullopt;
}

namespace {

struct OwnPair {
  X509Owner certificate, issuer;
};
/// Null ones where one is not here.
OwnPair own_pair(const Trustpoint& trustpoint) {
  OwnPair out;
  if (!trustpoint.certificate) return out;
  out.certificate = parse_x509(trustpoint.certificate->der);
  for (const auto* list : {&trustpoint.chain, &trustpoint.anchors})
    for (const CertificatePtr& each : *list)
      if (!out.issuer && each->subject == trustpoint.certificate->issuer) out.issuer = parse_x509(each->der);
  return out;
}

}  // namespace

std::optional<Fetch> own_status_question(const Trustpoint& trustpoint) {
  const auto& methods = trustpoint.revocation;
  if (std::find(methods.begin(), methods.end(), RevocationMethod::ocsp) == methods.end()) return std::nullopt;
  const OwnPair own = own_pair(trustpoint);
  if (!own.certificate || !own.issuer) return std::nullopt;
  const auto urls = responders_of(own.certificate.get(), trustpoint);
  if (urls.empty()) return std::nullopt;
  // No nonce: it is shown to many.
  return question(urls.front(), own.certificate.get(), own.issuer.get(), {});
}

std::optional<WallTime> good_until(ByteView response, const Trustpoint& trustpoint, WallTime now) {
  const OwnPair own = own_pair(trustpoint);
  std::string why;
  WallTime end = 0;
  const bool good = own.certificate && own.issuer &&
                    status_in(response, own.certificate.get(), own.issuer.get(), {}, now, why, &end) == OcspStatus::good;
  forget_errors();
  return good ? std::optional(end) : std::nullopt;
}

}  // namespace engine::crypto
