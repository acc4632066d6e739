// What path.cpp asks about revocation: lists and OCSP responses that are here, and what is still to be fetched. A path is trusted
// before anything is wanted for it.
#pragma once

#include <openssl/x509_vfy.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/crypto/inquiry.hpp"
#include "engine/crypto/x509_openssl.hpp"
#include "engine/result.hpp"

namespace engine::crypto {

struct FreeLists {
  void operator()(STACK_OF(X509_CRL) * stack) const { sk_X509_CRL_pop_free(stack, X509_CRL_free); }
};
using Lists = std::unique_ptr<STACK_OF(X509_CRL), FreeLists>;
using CrlOwner = Owner<X509_CRL, X509_CRL_free>;

/// Certificates of a path, by their place in it, of which is not known whether they are revoked, and why.
using Unknown = std::map<int, std::string>;

/// The fetched lists that these certificates, or the trustpoint, name.
void add_lists(STACK_OF(X509_CRL) * to, const STACK_OF(X509) * certificates, const Trustpoint& trustpoint,
               const Inquiry& inquiry);
/// Wants the lists for what is unknown of the path, and the deltas for all of it; tells why there are none.
void want_lists(const STACK_OF(X509) * path, Unknown& unknown, const Trustpoint& trustpoint, WallTime now, Inquiry& inquiry);
/// Takes from `unknown` what a response says is good, and wants the responses that are missing. The failure: one is revoked.
std::optional<Failure> ask_ocsp(const STACK_OF(X509) * path, Unknown& unknown, const Trustpoint& trustpoint, WallTime now,
                                Inquiry& inquiry);

/// "http://ca.example.net/root.crl" of a certificate's cRLDistributionPoints; "" and the like never.
std::vector<std::string> list_urls(const X509* certificate);

}  // namespace engine::crypto
