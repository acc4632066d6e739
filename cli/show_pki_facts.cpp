#include "cli/show_pki_facts.hpp"

#include <algorithm>
#include <cstdio>

#include "parser/configuration.hpp"
#include "parser/pki_names.hpp"
#include "parser/renewal.hpp"

namespace cli {
namespace {

void add_crl(ShownCrls& out, const engine::Bytes& der, const std::string& source, std::int64_t fetched) {
  const auto details = engine::crypto::crl_details_of(der);
  if (!details) return;
  out.crls.push_back({name_text(details->issuer), source, details->this_update, details->next_update, fetched, der.size(),
                      details->entries, details->delta});
}

/// "10 days 3:04:05.000", as a router counts down.
std::string countdown(std::int64_t seconds) {
  char out[64];
  const std::int64_t left = std::max<std::int64_t>(seconds, 0);
  std::snprintf(out, sizeof out, "%3lldd%2lld:%02lld:%02lld.000", static_cast<long long>(left / 86400),
                static_cast<long long>(left % 86400 / 3600), static_cast<long long>(left % 3600 / 60),
                static_cast<long long>(left % 60));
  return out;
}

}  // namespace

ShownCrls revocation_lists(const parser::PkiStore& pki, const FetchedFacts& fetched) {
  ShownCrls out;
  for (const auto& [trustpoint, der] : pki.crls()) add_crl(out, der, trustpoint, 0);
  for (const auto& [key, each] : fetched.documents)
    if (each->failure.empty()) add_crl(out, each->octets, each->url, each->at);
  return out;
}

std::string show_crls(const ShownCrls& shown) {
  std::string out;
  std::size_t octets = 0;
  for (const ShownCrl& each : shown.crls) {
    out += "CRL Issuer Name: \n    " + each.issuer + "\n    LastUpdate: " + date_text(each.this_update);
    if (each.next_update) out += "\n    NextUpdate: " + date_text(each.next_update);
    out += each.fetched ? "\n    Retrieved from CRL Distribution Point: \n      " + each.source
                        : "\n    Imported for trustpoint " + each.source;
    out += "\n    CRL DER is " + std::to_string(each.octets) + " bytes\n    CRL is stored in parsed CRL cache\n\n";
    octets += each.octets;
  }
  return out + "Parsed CRL cache current size is " + std::to_string(octets) + " bytes\nParsed CRL cache maximum size is " +
         std::to_string(kernel::PeerVerifier::most_octets) + " bytes\n";
}

ShownPkiCounters pki_counters(const FetchedFacts& fetched) {
  const auto& counters = fetched.counters;
  return {counters.verified, counters.refused, counters.fetched, counters.failed, counters.pending, fetched.documents.size()};
}

std::string show_pki_counters(const ShownPkiCounters& c) {
  const auto row = [](const char* name, std::uint64_t value) { return std::string(name) + ": " + std::to_string(value) + "\n"; };
  const std::uint64_t ended = c.verified + c.refused;
  return row("PKI Sessions Started", ended + c.pending) + row("PKI Sessions Ended", ended) +
         row("PKI Sessions Active", c.pending) + row("Successful Validations", c.verified) +
         row("Failed Validations", c.refused) + row("Bypassed Validations", 0) + row("Pending Validations", c.pending) +
         row("CRLs checked", c.lists) + row("CRL - fetch attempts", c.fetched + c.failed) +
         row("CRL - failed attempts", c.failed) + row("CRL - rejected busy fetching", 0) + row("AAA authorizations", 0);
}

ShownPkiTimers pki_timers(const parser::Configuration& configuration, const parser::PkiStore& pki, const FetchedFacts& fetched,
                          std::int64_t now) {
  ShownPkiTimers out;
  for (const ShownTrustpoint& trustpoint : trustpoints(configuration, pki, std::nullopt).trustpoints) {
    const parser::Node* block = parser::trustpoint_block(configuration.data().root, trustpoint.name);
    const auto* renewal = block ? block->find<parser::TrustpointAutoEnroll>() : nullptr;
    for (const ShownCertificate& each : trustpoint.certificates) {
      out.timers.push_back({"EXPIRES", trustpoint.name, each.details.not_after, each.details.not_after - now});
      if (!renewal || each.role != parser::CertificateRole::own) continue;
      const std::int64_t due = parser::renewal_time(*renewal, each.details.not_before, each.details.not_after);
      out.timers.push_back({"RENEW", trustpoint.name, due, due - now});
    }
  }
  for (const ShownCrl& each : revocation_lists(pki, fetched).crls)
    if (each.next_update) out.timers.push_back({"CRL", each.source, each.next_update, each.next_update - now});
  std::sort(out.timers.begin(), out.timers.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return out;
}

std::string show_pki_timers(const ShownPkiTimers& shown) {
  std::string out = "PKI Timers\n";
  for (const ShownPkiTimer& each : shown.timers)
    out += "|" + countdown(each.left) + "  " + each.what + " " + each.trustpoint + "\n";
  return out;
}

}  // namespace cli
