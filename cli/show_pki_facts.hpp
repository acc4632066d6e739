// `show crypto pki counters`, `crls` and `timers`: what was fetched to verify peers, and what is due.
#pragma once

#include <string>
#include <vector>

#include "cli/backend.hpp"
#include "cli/show_pki.hpp"

namespace cli {

struct ShownCrl {
  std::string issuer, source;  // source: its URL, or the trustpoint it was imported for
  std::int64_t this_update = 0, next_update = 0, fetched = 0;
  std::size_t octets = 0, entries = 0;
  bool delta = false;
};
template <class V>
void fields(V& v, const ShownCrl& c) {
  v("issuer", c.issuer, "Name of the CA");
  v("source", c.source, "URL it came from, or the trustpoint it was imported for");
  v("this_update", c.this_update, "Made at, seconds since 1970");
  v("next_update", c.next_update, "Valid until, seconds since 1970");
  v("fetched", c.fetched, "Came at, seconds since 1970, 0 for imported");
  v("octets", c.octets, "Size");
  v("entries", c.entries, "Certificates that it revokes");
  v("delta", c.delta, "It is one to another list");
}
struct ShownCrls {
  std::vector<ShownCrl> crls;
};
template <class V>
void fields(V& v, const ShownCrls& document) {
  v("crls", document.crls, "Certificate revocation lists that are here");
}
ShownCrls revocation_lists(const parser::PkiStore& pki, const FetchedFacts& fetched);
std::string show_crls(const ShownCrls& shown);

struct ShownPkiCounters {
  std::uint64_t verified = 0, refused = 0, fetched = 0, failed = 0, pending = 0, lists = 0;
};
template <class V>
void fields(V& v, const ShownPkiCounters& c) {
  v("verified", c.verified, "Peers' certificates that were accepted");
  v("refused", c.refused, "Peers' certificates that were not");
  v("pending", c.pending, "Verdicts that wait for something to be fetched");
  v("fetch_attempts", c.fetched + c.failed, "Revocation lists and OCSP responses that were asked for");
  v("fetch_failures", c.failed, "And did not come");
  v("lists", c.lists, "Revocation lists and OCSP responses that are here");
}
ShownPkiCounters pki_counters(const FetchedFacts& fetched);
std::string show_pki_counters(const ShownPkiCounters& shown);

struct ShownPkiTimer {
  std::string what, trustpoint;  // what: EXPIRES, RENEW, CRL
  std::int64_t at = 0, left = 0;
};
template <class V>
void fields(V& v, const ShownPkiTimer& t) {
  v("what", t.what, "EXPIRES, RENEW or CRL");
  v("trustpoint", t.trustpoint, "Trustpoint, or URL of the list");
  v("at", t.at, "When, seconds since 1970");
  v("left", t.left, "Seconds until then");
}
struct ShownPkiTimers {
  std::vector<ShownPkiTimer> timers;
};
template <class V>
void fields(V& v, const ShownPkiTimers& document) {
  v("timers", document.timers, "What is due, the next first");
}
ShownPkiTimers pki_timers(const parser::Configuration& configuration, const parser::PkiStore& pki, const FetchedFacts& fetched,
                          std::int64_t now);
std::string show_pki_timers(const ShownPkiTimers& shown);

}  // namespace cli
