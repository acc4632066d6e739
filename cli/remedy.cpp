#include "cli/remedy.hpp"

#include <algorithm>

#include "cli/configured.hpp"
#include "cli/entry_block.hpp"
#include "engine/proposals.hpp"
#include "engine/wire/message.hpp"
#include "parser/compile.hpp"

namespace cli {
namespace {

using engine::Algorithm;
using engine::Cause;
using engine::Diagnosis;
using engine::Evidence;
using engine::NoticeKind;
using engine::TransformType;
using Lines = std::vector<std::string>;

std::string side(const engine::TrafficSelector& s) {
  const auto network = s.prefix();
  if (!network) return "(no single network: " + s.to_string() + ")";
  if (network->length == 0) return "any";
  if (network->length == network->address.bits()) return "host " + ios_address(network->address);
  if (!network->address.is_v4()) return ios_address(network->address) + "/" + std::to_string(network->length);
  return ios_address(network->address) + " " + engine::IpAddress::v4(~std::uint32_t{0} >> network->length).to_string();
}

std::string ports(const engine::TrafficSelector& s) {
  if (s.ports.is_any() || (s.protocol != 6 && s.protocol != 17)) return {};
  if (s.ports.first == s.ports.last) return " eq " + std::to_string(s.ports.first);
  return " range " + std::to_string(s.ports.first) + " " + std::to_string(s.ports.last);
}

std::string identity_match(const engine::Identity& identity) {
  switch (identity.type) {
    case engine::IdType::fqdn:
      return "fqdn " + escaped(identity.to_string());
    case engine::IdType::rfc822_address:
      return "email " + escaped(identity.to_string());
    case engine::IdType::ipv4_address:
    case engine::IdType::ipv6_address:
      return "address " + ios_address(engine::IpAddress::parse(identity.to_string()).value_or(engine::IpAddress{})) +
             (identity.type == engine::IdType::ipv4_address ? " 255.255.255.255" : "/128");
    default:
      return "key-id " + escaped(identity.to_string());
  }
}

/// The keywords of a list with those of `more` behind them, each once.
std::string keywords(std::vector<const Algorithm*> rows, const std::vector<const Algorithm*>& more, TransformType type) {
  for (const Algorithm* row : more)
    if (row->type == type && std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
  std::string out;
  for (const Algorithm* row : rows)
    if (!row->ike_keyword.empty()) out += " " + std::string(row->ike_keyword);
  return out;
}

bool has(const std::vector<const Algorithm*>& rows, TransformType type) {
  return std::any_of(rows.begin(), rows.end(), [&](const Algorithm* row) { return row->type == type; });
}

bool allows(const std::vector<const Algorithm*>& rows, const std::vector<const Algorithm*>& wanted, TransformType type) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Algorithm* row) {
    return row->type != type || std::find(rows.begin(), rows.end(), row) != rows.end();
  });
}

/// The PRFs of a proposal once its integrity has what is wanted: where no line names them they follow that.
std::vector<const Algorithm*> prfs_after(engine::IkeProposal proposal, const std::vector<const Algorithm*>& wanted) {
  for (const Algorithm* row : wanted)
    if (row->type == TransformType::integrity) proposal.integrity.push_back(row);
  return engine::prf_rows(proposal);
}

/// The lines that make a proposal allow `wanted` too; `ours` is what it allows already.
Lines proposal_lines(const std::string& name, const engine::IkeProposal& ours, const std::vector<const Algorithm*>& wanted) {
  Lines out{"crypto ikev2 proposal " + name};
  const auto line = [&](const char* what, TransformType type, const std::vector<const Algorithm*>& rows) {
    if (has(wanted, type))
      if (const std::string words = keywords(rows, wanted, type); !words.empty()) out.push_back(std::string(" ") + what + words);
  };
  line("encryption", TransformType::encryption, ours.encryption);
  line("integrity", TransformType::integrity, ours.integrity);
  if (const auto prfs = prfs_after(ours, wanted); !allows(prfs, wanted, TransformType::prf))
    line("prf", TransformType::prf, prfs);
  line("group", TransformType::key_exchange, ours.groups);
  return out.size() > 1 ? out : Lines{};
}

/// "esp-aes 256 esp-sha256-hmac"; empty: none of the transforms is a cipher or integrity.
std::string transform_words(const std::vector<const Algorithm*>& wanted) {
  std::string cipher, integrity;
  for (const Algorithm* row : wanted) {
    if (row->type == TransformType::encryption && cipher.empty()) cipher = row->esp_keyword;
    if (row->type == TransformType::integrity && integrity.empty()) integrity = row->esp_keyword;
  }
  if (cipher.empty() && integrity.empty()) return {};
  return (cipher.empty() ? "CIPHER" : cipher) + (integrity.empty() ? "" : " " + integrity);
}

std::string pfs_line(const std::vector<const Algorithm*>& wanted) {
  for (const Algorithm* row : wanted)
    if (row->type == TransformType::key_exchange && !row->ike_keyword.empty())
      return " set pfs group" + std::string(row->ike_keyword);
  return {};
}

Lines transform_lines_of_peer(const std::vector<const Algorithm*>& wanted) {
  Lines out;
  if (const std::string words = transform_words(wanted); !words.empty())
    out.push_back("crypto ipsec transform-set NAME " + words);
  if (const std::string pfs = pfs_line(wanted); !pfs.empty())
    out.insert(out.end(), {"crypto map NAME SEQUENCE ipsec-isakmp", pfs});
  return out;
}

/// Extended sequence numbers are no algorithm: that the peer wants them stands in the comparison alone.
bool wants_esn(const Evidence& e) {
  return std::any_of(e.lines.begin(), e.lines.end(),
                     [](const std::string& line) { return line.find("esn: theirs yes, ours no") != std::string::npos; });
}

/// The peer's transforms where the two differ, and beside them what our set has and they agree on.
std::vector<const Algorithm*> whole_set(const parser::Configuration& configuration, const Evidence& e) {
  std::vector<const Algorithm*> out = e.transforms;
  const parser::Node* block = find_block<parser::TransformSet>(configuration.data().root, e.ours);
  const auto* set = block ? block->as<parser::TransformSet>() : nullptr;
  if (!set || set->ah) return out;
  if (!has(out, TransformType::encryption) && set->cipher()) out.push_back(set->cipher());
  const bool aead = std::any_of(out.begin(), out.end(), [](const Algorithm* row) { return row->aead; });
  if (!has(out, TransformType::integrity) && !aead && set->hmac) out.push_back(set->hmac);
  return out;
}

/// What the entry would have to have: the peer's transforms, or its group where these fit.
Lines transform_lines(const parser::Configuration& configuration, const Evidence& e) {
  const auto entry = entry_block(configuration, e);
  const bool sets_differ =
      has(e.transforms, TransformType::encryption) || has(e.transforms, TransformType::integrity) || wants_esn(e);
  if (const std::string words = transform_words(whole_set(configuration, e)); sets_differ && !words.empty()) {
    Lines out = transform_set_lines(configuration, e.ours, words, entry);
    if (wants_esn(e) && !out.empty()) out.insert(out.begin() + 1, " esn");
    return out;
  }
  const std::string pfs = pfs_line(e.transforms);
  return pfs.empty() ? Lines{} : Lines{entry ? entry->head : "crypto map NAME SEQUENCE ipsec-isakmp", pfs};
}

/// PFS differs: the peer's group here; where it is not known, or the peer has none, none here.
void of_pfs(std::vector<Remedy>& out, const Evidence& e, const parser::Configuration& configuration) {
  const auto entry = entry_block(configuration, e);
  const std::string pfs = pfs_line(e.transforms);
  if (entry) out.push_back({Router::here, {entry->head, pfs.empty() ? " no set pfs" : pfs}});
}

engine::IkeProposal configured_proposal(const parser::Configuration& configuration, const std::string& name) {
  return parser::proposal_of(name, find_block<parser::Ikev2Proposal>(configuration.data().root, name));
}

Lines key_lines(const std::string& keyring, const engine::IpAddress& peer) {
  return {"crypto ikev2 keyring " + keyring, " peer NAME", "  address " + ios_address(peer), "  pre-shared-key KEY"};
}

Lines access_list(const std::string& name, const engine::TrafficSelector& from, const engine::TrafficSelector& to) {
  const bool v4 = from.first.is_v4();
  return {(v4 ? "ip access-list extended " : "ipv6 access-list ") + (name.empty() ? "NAME" : name),
          " " + access_list_line(from, to)};
}

/// The peer block that has the address, the one with the longest prefix; empty: there is none.
std::string configured_peer(const parser::Configuration& configuration, const std::string& keyring,
                            const engine::IpAddress& address) {
  const parser::Node* block = find_block<parser::Ikev2Keyring>(configuration.data().root, keyring);
  std::string out;
  int longest = -1;
  if (!block) return out;
  block->each<parser::KeyringPeer>([&](const parser::KeyringPeer& peer, const parser::Node& lines) {
    lines.each<parser::PeerAddress>([&](const parser::PeerAddress& line, const parser::Node&) {
      if (line.network.length <= longest || !line.network.prefix().contains(address)) return;
      longest = line.network.length;
      out = peer.name;
    });
  });
  return out;
}

/// The keyring that has the peer, the first; empty: none has.
std::string keyring_with(const parser::Configuration& configuration, const engine::IpAddress& peer) {
  std::string out;
  configuration.data().root.each<parser::Ikev2Keyring>([&](const parser::Ikev2Keyring& keyring, const parser::Node&) {
    if (out.empty() && !configured_peer(configuration, keyring.name, peer).empty()) out = keyring.name;
  });
  return out;
}

/// Before anything was sent: the profile has no keyring, or its keyring has not the peer. Nothing on the peer mends that.
void own_key(std::vector<Remedy>& out, const Diagnosis& d, const Evidence& e, const parser::Configuration& configuration) {
  const auto entry = entry_block(configuration, e);
  const std::string known = e.ours.empty() ? keyring_with(configuration, d.remote.ip) : e.ours;
  Lines lines;
  if (known.empty() || !e.ours.empty()) lines = key_lines(known.empty() ? "NAME" : known, d.remote.ip);
  if (e.ours.empty() && entry && !entry->profile.empty())
    lines.insert(lines.end(), {"crypto ikev2 profile " + entry->profile, " keyring local " + (known.empty() ? "NAME" : known)});
  out.push_back({Router::here, std::move(lines)});
}

/// On both routers; here in the block that is there already.
void both_keys(std::vector<Remedy>& out, const Diagnosis& d, const std::string& keyring,
               const parser::Configuration& configuration) {
  const std::string known = configured_peer(configuration, keyring, d.remote.ip);
  out.push_back({Router::here, known.empty()
                                   ? key_lines(keyring.empty() ? "NAME" : keyring, d.remote.ip)
                                   : Lines{"crypto ikev2 keyring " + keyring, " peer " + known, "  pre-shared-key KEY"}});
  out.push_back({Router::peer, key_lines("NAME", d.local.ip)});
}

bool weak(const std::vector<const Algorithm*>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [](const Algorithm* row) { return !row->weakness.empty(); });
}

/// Some line names the address: what somebody else wants is no advice to this router.
bool is_configured(const parser::Configuration& configuration, const engine::IpAddress& address) {
  bool out = false;
  const auto look = [&](const parser::Node& block) {
    block.each<parser::SetPeer>([&](const parser::SetPeer& line, const parser::Node&) { out = out || line.address == address; });
    block.each<parser::TunnelDestination>(
        [&](const parser::TunnelDestination& line, const parser::Node&) { out = out || line.address == address; });
    block.each<parser::KeyringPeer>([&](const parser::KeyringPeer&, const parser::Node& peer) {
      peer.each<parser::PeerAddress>([&](const parser::PeerAddress& line, const parser::Node&) {
        out = out || (line.network.length > 0 && line.network.prefix().contains(address));
      });
    });
  };
  for (const auto& block : configuration.data().root.children) look(*block);
  return out;
}

void of_proposals(std::vector<Remedy>& out, const Diagnosis& d, const Evidence& e, const parser::Configuration& configuration) {
  const auto add = [&](Router where, Lines lines) {
    if (!lines.empty()) out.push_back({where, std::move(lines)});
  };
  switch (d.cause) {
    case Cause::proposal_mismatch:
      if (!weak(e.transforms) && is_configured(configuration, d.remote.ip))
        add(Router::here, proposal_lines(e.ours, configured_proposal(configuration, e.ours), e.transforms));
      add(Router::peer, proposal_lines("NAME", {}, [&] {
            const engine::IkeProposal ours = configured_proposal(configuration, e.ours);
            std::vector<const Algorithm*> all = ours.encryption;
            for (const auto* rows : {&ours.integrity, &ours.prf, &ours.groups}) all.insert(all.end(), rows->begin(), rows->end());
            return all;
          }()));
      break;
    case Cause::peer_refused_proposal:
      add(Router::peer, proposal_lines("NAME", {}, e.transforms));
      break;
    case Cause::child_proposal_mismatch:
      add(Router::here, transform_lines(configuration, e));
      break;
    case Cause::pfs_mismatch:
      of_pfs(out, e, configuration);
      break;
    case Cause::peer_refused_child_proposal:
      add(Router::peer, transform_lines_of_peer(e.transforms));
      break;
    default:
      break;
  }
}

void of_selectors(std::vector<Remedy>& out, const Diagnosis& d, const Evidence& e) {
  if (e.selectors.empty()) return;
  const engine::SelectorPair& asked = e.selectors.front();
  if (d.cause == Cause::selectors_unacceptable) out.push_back({Router::here, access_list(e.ours, asked.local, asked.remote)});
  if (d.cause == Cause::peer_refused_selectors) out.push_back({Router::peer, access_list({}, asked.remote, asked.local)});
}

void of_identity(std::vector<Remedy>& out, const Diagnosis& d, const Evidence& e, const parser::Configuration& configuration) {
  if (d.cause == Cause::no_matching_key && !e.identity && !e.map.empty()) return own_key(out, d, e, configuration);
  if (!e.identity) return;
  const std::string match = " match identity remote " + identity_match(*e.identity);
  switch (d.cause) {
    case Cause::no_matching_profile:
    case Cause::identity_mismatch:
      out.push_back({Router::here, {"crypto ikev2 profile " + (e.ours.empty() ? "NAME" : e.ours), match}});
      break;
    case Cause::no_matching_key:
    case Cause::authentication_failed:
      both_keys(out, d, e.ours, configuration);
      break;
    case Cause::peer_refused_authentication:
      out.push_back({Router::peer, key_lines("NAME", d.local.ip)});
      out.push_back({Router::peer, {"crypto ikev2 profile NAME", match}});
      break;
    default:
      break;
  }
}

void of_method(std::vector<Remedy>& out, const Diagnosis& d, const Evidence& e) {
  if (d.cause != Cause::method_mismatch) return;
  const char* keyword = e.method == engine::AuthMethod::pre_share   ? "pre-share"
                        : e.method == engine::AuthMethod::rsa_sig   ? "rsa-sig"
                        : e.method == engine::AuthMethod::ecdsa_sig ? "ecdsa-sig"
                                                                    : nullptr;
  if (keyword)
    out.push_back({Router::here, {"crypto ikev2 profile " + e.ours, std::string(" authentication remote ") + keyword}});
}

constexpr std::string_view filters_of_host =
    "UDP 500, UDP 4500 and ESP must pass every firewall in between, and on this end the packet filters of the Linux host";

// ICMP errors (RFC 792, RFC 4443, 3). Both families count codes of their own.
bool is_unreachable(const IcmpHeard& icmp) { return icmp.type == (icmp.remote.ip.is_v4() ? 3 : 1); }
bool says_nobody_listens(const IcmpHeard& icmp) { return is_unreachable(icmp) && icmp.code == (icmp.remote.ip.is_v4() ? 3 : 4); }
bool is_forbidden(const IcmpHeard& icmp) {
  return is_unreachable(icmp) && (icmp.remote.ip.is_v4() ? icmp.code == 9 || icmp.code == 10 || icmp.code == 13
                                                         : icmp.code == 1 || icmp.code == 5 || icmp.code == 6);
}

std::string_view meaning_of(const IcmpHeard& icmp) {
  const bool v4 = icmp.remote.ip.is_v4();
  if (icmp.type == (v4 ? 11 : 3)) return "the datagram went in circles or too far (time exceeded)";
  if (!is_unreachable(icmp)) return "the datagram was not delivered";
  if (says_nobody_listens(icmp)) return "nothing listens at that port: no IKE is running there, or not on that address";
  if (is_forbidden(icmp)) return "an access list or firewall forbids it (administratively prohibited)";
  if (icmp.code == (v4 ? 1 : 3)) return "the host does not answer on its network (host unreachable)";
  return "there is no route to it";
}

void of_silence(Explanation& out, const Diagnosis& d, const Heard& heard) {
  const auto ago = [](const std::optional<engine::Duration>& time) { return std::to_string(seconds_of(*time)) + " s ago"; };
  if (heard.last_sent)
    out.evidence.push_back(std::to_string(heard.sent) + " messages sent from " + ios_socket(d.local) + " to " +
                           ios_socket(d.remote) + ", the last " + ago(heard.last_sent) + "; " +
                           (heard.last_received
                                ? std::to_string(heard.received) + " received, the last " + ago(heard.last_received)
                                : std::string("none received from there")));
  if (heard.icmp)
    out.evidence.push_back("ICMP from " + ios_address(heard.icmp->from) + ", the last " + ago(heard.icmp_ago) + ", " +
                           std::to_string(heard.icmp->count) + " times, about UDP port " +
                           std::to_string(heard.icmp->remote.port) + ": " + std::string(meaning_of(*heard.icmp)));
  // Packet filters of this end are the host's, of which no line of the configuration is.
  const std::string host = "host " + ios_address(d.local.ip) + " host " + ios_address(d.remote.ip);
  const std::string list = d.remote.ip.is_v4() ? "ip access-list extended FIREWALL-IN" : "ipv6 access-list FIREWALL-IN";
  const Remedy begun_there{
      Router::peer,
      {"crypto map NAME SEQUENCE ipsec-isakmp", " set peer " + ios_address(d.local.ip), "interface NAME", " crypto map NAME"}};
  const auto since = [&](const std::optional<engine::Duration>& ago) { return !ago || *heard.icmp_ago <= *ago; };
  const bool icmp_counts = heard.icmp && since(heard.last_received) && since(heard.begun);
  if (icmp_counts && says_nobody_listens(*heard.icmp)) {
    out.remedies.push_back(begun_there);
  } else if (icmp_counts && !is_forbidden(*heard.icmp)) {
    out.evidence.push_back("the way to " + ios_address(d.remote.ip) + " is to be mended, in routing or by cable");
  } else if (heard.up) {
    out.evidence.emplace_back(
        "the IKE SA was up: the peer was restarted and knows it no more, or the way there is gone; this end begins anew after "
        "its "
        "last try, 'clear crypto session remote " +
        ios_address(d.remote.ip) + "' at once");
  } else if (heard.init_answered && heard.silent_port == 4500) {
    out.evidence.push_back("port 500 is answered and port 4500 is not: something in between drops UDP 4500");
    out.evidence.emplace_back(filters_of_host);
    out.remedies.push_back({Router::peer, {list, " permit udp " + host + " eq 4500"}});
  } else if (heard.init_answered) {
    out.evidence.push_back(
        "IKE_SA_INIT is answered and the larger IKE_AUTH is not: fragments of it may be lost, or the peer drops it in silence");
    out.remedies.push_back({Router::here, {"crypto ikev2 fragmentation mtu 576"}});
    out.remedies.push_back({Router::peer, {"crypto ikev2 fragmentation mtu 576"}});
  } else {
    out.evidence.emplace_back(filters_of_host);
    out.remedies.push_back(
        {Router::peer, {list, " permit udp " + host + " eq 500", " permit udp " + host + " eq 4500", " permit esp " + host}});
    out.remedies.push_back(begun_there);
  }
}

}  // namespace

std::string access_list_line(const engine::TrafficSelector& from, const engine::TrafficSelector& to) {
  return "permit " + ios_protocol(to) + " " + side(from) + ports(from) + " " + side(to) + ports(to);
}

Heard heard(const std::vector<Record>& records, engine::Time now) {
  Heard out;
  for (const Record& record : records) {
    const engine::Notice& n = record.notice;
    if (n.exchange != 0) {
      out.local = n.local;
      out.remote = n.remote;
    }
    if (n.kind == NoticeKind::ike_sa_up) out.up = true;
    if (n.kind == NoticeKind::ike_sa_down || n.kind == NoticeKind::negotiation_started) out.up = false;
    if (n.kind == NoticeKind::child_sa_up) out.last_child = now - record.at;
    if (n.kind == NoticeKind::negotiation_started && n.initiator) out.begun = now - record.at;
    const bool init = n.exchange == static_cast<std::uint8_t>(engine::wire::ExchangeType::ike_sa_init);
    if (n.kind == NoticeKind::datagram_sent || (n.kind == NoticeKind::datagram_retransmitted && !n.response)) {
      out.sent += record.count;
      ++out.unanswered;
      out.last_sent = now - record.at;
      if (!n.response) out.silent_port = n.remote.port;
      if (init && !n.response && n.kind == NoticeKind::datagram_sent) out.init_answered = false;
    } else if (n.kind == NoticeKind::datagram_received) {
      out.received += record.count;
      out.unanswered = 0;
      out.last_received = now - record.at;
      if (n.response) out.silent_port.reset();
      if (init && n.response) out.init_answered = true;
    }
  }
  return out;
}

Heard heard_of_peer(const Recorder& recorder, const engine::IpAddress& peer, engine::Time now) {
  Heard out = heard(recorder.of_peer(peer), now);
  out.icmp = recorder.icmp_of(peer);
  if (out.icmp) out.icmp_ago = now - out.icmp->last;
  return out;
}

Explanation explain(const Diagnosis& diagnosis, const parser::Configuration& configuration, const Heard& heard) {
  Explanation out;
  if (diagnosis.shown) {
    out.evidence = diagnosis.shown->lines;
    of_method(out.remedies, diagnosis, *diagnosis.shown);
    of_proposals(out.remedies, diagnosis, *diagnosis.shown, configuration);
    of_selectors(out.remedies, diagnosis, *diagnosis.shown);
    of_identity(out.remedies, diagnosis, *diagnosis.shown, configuration);
  }
  switch (diagnosis.cause) {
    case Cause::no_response:
      of_silence(out, diagnosis, heard);
      break;
    case Cause::no_matching_policy:
      out.remedies.push_back(
          {Router::here,
           {"crypto ikev2 policy NAME", " match address local " + ios_address(diagnosis.local.ip), " proposal default"}});
      break;
    case Cause::no_matching_key:
      if (!diagnosis.shown) both_keys(out.remedies, diagnosis, {}, configuration);
      break;
    case Cause::install_failed:
      out.evidence.push_back("the data plane's own words stand above; 'show version' has the kernel");
      break;
    default:
      break;
  }
  return out;
}

}  // namespace cli
