#include "engine/diagnoses.hpp"

#include <algorithm>

namespace engine {
namespace {

constexpr std::size_t max_entries = 50;        // IOS: `crypto ikev2 diagnose error 50`
constexpr std::ptrdiff_t most_identities = 4;  // of one peer that fails in the same way

std::optional<Identity> who_failed(const Diagnosis& diagnosis) {
  return diagnosis.shown ? diagnosis.shown->identity : std::nullopt;
}

}  // namespace

void Diagnoses::add(Time now, Diagnosis diagnosis) {
  const auto alike = [&](const Entry& e) {
    return e.diagnosis.cause == diagnosis.cause && e.diagnosis.remote.ip == diagnosis.remote.ip &&
           e.diagnosis.role == diagnosis.role && e.diagnosis.what == diagnosis.what;
  };
  auto same = std::find_if(entries_.begin(), entries_.end(),
                           [&](const Entry& e) { return alike(e) && who_failed(e.diagnosis) == who_failed(diagnosis); });
  // Whoever tries many names shows some of them and pushes nobody else out.
  if (same == entries_.end() && std::count_if(entries_.begin(), entries_.end(), alike) >= most_identities)
    same = std::find_if(entries_.begin(), entries_.end(), alike);
  if (same != entries_.end()) {
    diagnosis.count = same->diagnosis.count + 1;
    entries_.erase(same);
  }
  entries_.push_front({now, std::move(diagnosis)});
  if (entries_.size() > max_entries) entries_.pop_back();
}

std::vector<Diagnosis> Diagnoses::list(Time now) const {
  std::vector<Diagnosis> out;
  for (const Entry& entry : entries_) {
    out.push_back(entry.diagnosis);
    out.back().ago = now - entry.at;
  }
  return out;
}

std::vector<std::string> probable_reasons(Cause cause, const SocketAddress& remote, bool signature) {
  const std::string peer = remote.ip.to_string();
  switch (cause) {
    case Cause::peer_refused_proposal:
      return {"the peer's 'crypto ikev2 proposal' has no encryption, integrity, PRF or group in common with ours",
              "the peer's 'crypto ikev2 policy' does not name its proposal or does not match its local address"};
    case Cause::peer_refused_child_proposal:
      return {"the peer's 'crypto ipsec transform-set' has no cipher and integrity in common with ours",
              "one end has 'set pfs' with another group, or the other has none"};
    case Cause::pfs_mismatch:
      return {"the peer has PFS with another group, or none"};
    case Cause::peer_refused_authentication:
      if (signature)
        return {"the peer does not trust the CA of our certificate, or holds the certificate for expired or revoked",
                "the peer's profile expects another identity or another kind of signature than ours"};
      return {"the pre-shared key for " + peer + " differs from the one the peer holds for us",
              "the peer's profile expects another identity than the one we send ('identity local' here, 'match identity remote' "
              "there)",
              "the peer has no key or no profile for our address"};
    case Cause::peer_refused_selectors:
      return {"the peer's crypto access list is not the mirror of ours",
              "the peer's crypto map does not name our address in 'set peer'"};
    case Cause::no_response:
      return {peer + " is down or unreachable", "a firewall in between drops UDP 500 or 4500",
              "the peer does not know our address and keeps silent"};
    case Cause::ppk_mismatch:
      return {"'ppk' of keyring peer and profile differs: " + peer + " has none, or has it under another id"};
    case Cause::authentication_failed:
      return {"the pre-shared key of the peer differs from the one configured here for " + peer};
    default:
      return {};
  }
}

}  // namespace engine
