#include "engine/names.hpp"

#include <algorithm>

#include "engine/mobility.hpp"
#include "engine/turn.hpp"

namespace engine {
namespace {

constexpr std::size_t most_addresses = 8;  // of one name

/// Why nobody can have an SA with this address; empty: somebody may.
std::string why_no_peer(const PolicyBook& book, const IpAddress& address) {
  const std::uint8_t first = address.octets[0];
  if (address.is_unspecified()) return "is unspecified";
  if (address.is_v4() ? first >= 224 : first == 0xFF) return "is no address of a single host";
  if (address.is_v4() ? first == 127 : address == IpAddress::parse("::1")) return "is the host itself";
  if (address.is_link_local()) return "is link-local";
  for (const InterfaceState& interface : book.interfaces())
    for (const Prefix& own : interface.addresses)
      if (own.address == address) return "is our own, of " + interface.name;
  return {};
}

/// The first few that are of use; `why` receives what is wrong with the first that is not.
std::vector<IpAddress> usable(const PolicyBook& book, const Resolved& answer, std::string& why) {
  std::vector<IpAddress> out;
  for (const IpAddress& address : answer.addresses) {
    if (out.size() == most_addresses) break;
    if (address.family != answer.name.family || std::find(out.begin(), out.end(), address) != out.end()) continue;
    const std::string wrong = why_no_peer(book, address);
    if (wrong.empty()) out.push_back(address);
    if (!wrong.empty() && why.empty()) why = address.to_string() + " " + wrong;
  }
  return out;
}

}  // namespace

void ask_for(Turn& turn, const PeerName& name) {
  if (turn.core.asked_names.insert(name).second) turn.emit(Resolve{name});
}

void ask_for_new_names(Turn& turn) {
  for (const PeerName& name : turn.core.book.names_to_resolve()) ask_for(turn, name);
}

void answered(Turn& turn, const Resolved& answer) {
  Core& core = turn.core;
  if (core.asked_names.erase(answer.name) == 0) return;
  std::string why = answer.failure;
  std::vector<IpAddress> addresses = why.empty() ? usable(core.book, answer, why) : std::vector<IpAddress>{};
  if (addresses.empty())
    return go_on_with(turn, answer.name, !why.empty() ? why : "it has no address of the family that is wanted");
  core.book.resolved(answer.name, std::move(addresses));
  go_on_with(turn, answer.name, {});
}

void tell_unresolved(Turn& turn, const BookLine& line, const std::string& why) {
  const PeerName name = line.given().key();
  Diagnosis diagnosis;
  diagnosis.local = {line.line.local, ike_port};
  diagnosis.remote = {line.line.peer, ike_port};
  diagnosis.cause = Cause::name_not_resolved;
  diagnosis.what = "Name " + name.name + " not resolved";
  diagnosis.evidence = {(name.family == Family::v4 ? "IPv4: " : "IPv6: ") + why};
  Notice notice{NoticeKind::negotiation_failed, diagnosis.cause};
  notice.local = diagnosis.local;
  notice.remote = diagnosis.remote;
  notice.initiator = true;
  notice.text = diagnosis.what + ": " + diagnosis.evidence.front();
  turn.core.diagnoses.add(turn.now, std::move(diagnosis));
  turn.emit(std::move(notice));
}

}  // namespace engine
