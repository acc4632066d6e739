#include "cli/remedy.hpp"

#include <algorithm>

#include "cli/configured.hpp"
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

/// The lines that make a proposal allow `wanted` too; `ours` is what it allows already.
Lines proposal_lines(const std::string& name, const engine::IkeProposal& ours, const std::vector<const Algorithm*>& wanted) {
  Lines out{"crypto ikev2 proposal " + name};
  const auto line = [&](const char* what, TransformType type, const std::vector<const Algorithm*>& rows) {
    if (has(wanted, type))
      if (const std::string words = keywords(rows, wanted, type); !words.empty()) out.push_back(std::string(" ") + what + words);
  };
  line("encryption", TransformType::encryption, ours.encryption);
  line("integrity", TransformType::integrity, ours.integrity);
  line("prf", TransformType::prf, ours.prf);
  line("group", TransformType::key_exchange, ours.groups);
  return out.size() > 1 ? out : Lines{};
}

Lines transform_lines(const std::string& name, const std::vector<const Algorithm*>& wanted, bool whole) {
  std::string cipher, integrity;
  for (const Algorithm* row : wanted) {
    if (row->type == TransformType::encryption && cipher.empty()) cipher = row->esp_keyword;
    if (row->type == TransformType::integrity && integrity.empty()) integrity = row->esp_keyword;
  }
  Lines out;
  if (!cipher.empty() || !integrity.empty())
    out.push_back("crypto ipsec transform-set " + name + " " + (cipher.empty() ? "CIPHER" : cipher) +
                  (integrity.empty() ? "" : " " + integrity));
  for (const Algorithm* row : wanted)
    if (row->type == TransformType::key_exchange && (out.empty() || whole)) {
      out.push_back("crypto map NAME SEQUENCE ipsec-isakmp");
      out.push_back(" set pfs group" + std::string(row->ike_keyword));
      break;
    }
  return out;
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

/// On both routers; here in the block that is there already.
void both_keys(std::vector<Remedy>& out, const Diagnosis& d, const std::string& keyring,
               const parser::Configuration& configuration) {
  const std::string known = configured_peer(configuration, keyring, d.remote.ip);
  out.push_back({Router::here, known.empty()
                                   ? key_lines(keyring.empty() ? "NAME" : keyring, d.remote.ip)
                                   : Lines{"crypto ikev2 keyring " + keyring, " peer " + known, "  pre-shared-key KEY"}});
  out.push_back({Router::peer, key_lines("NAME", d.local.ip)});
}

void of_proposals(std::vector<Remedy>& out, const Diagnosis& d, const Evidence& e, const parser::Configuration& configuration) {
  const auto add = [&](Router where, Lines lines) {
    if (!lines.empty()) out.push_back({where, std::move(lines)});
  };
  switch (d.cause) {
    case Cause::proposal_mismatch:
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
      add(Router::here, transform_lines(e.ours.empty() ? "NAME" : e.ours, e.transforms, false));
      break;
    case Cause::peer_refused_child_proposal:
      add(Router::peer, transform_lines("NAME", e.transforms, true));
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

/// What an ICMP error means (RFC 792, RFC 4443, 3). Both families count codes of their own.
std::string_view meaning_of(const IcmpHeard& icmp) {
  const bool v4 = icmp.remote.ip.is_v4();
  if (icmp.type == (v4 ? 11 : 3)) return "the datagram went in circles or too far (time exceeded)";
  if (icmp.type != (v4 ? 3 : 1)) return "the datagram was not delivered";
  if (icmp.code == (v4 ? 3 : 4)) return "nothing listens at that port: no IKE is running there, or not on that address";
  const bool forbidden =
      v4 ? icmp.code == 9 || icmp.code == 10 || icmp.code == 13 : icmp.code == 1 || icmp.code == 5 || icmp.code == 6;
  if (forbidden) return "an access list or firewall forbids it (administratively prohibited)";
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
  const std::string host = "host " + ios_address(d.remote.ip) + " host " + ios_address(d.local.ip);
  const std::string list = d.remote.ip.is_v4() ? "ip access-list extended FIREWALL-IN" : "ipv6 access-list FIREWALL-IN";
  if (heard.init_answered && heard.silent_port == 4500) {
    out.evidence.push_back("port 500 is answered and port 4500 is not: something in between drops UDP 4500");
    out.remedies.push_back({Router::here, {list, " permit udp " + host + " eq 4500"}});
  } else if (heard.init_answered) {
    out.evidence.push_back(
        "IKE_SA_INIT is answered and the larger IKE_AUTH is not: fragments of it may be lost, or the peer drops it in silence");
    out.remedies.push_back({Router::here, {"crypto ikev2 fragmentation mtu 576"}});
    out.remedies.push_back({Router::peer, {"crypto ikev2 fragmentation mtu 576"}});
  } else {
    out.remedies.push_back(
        {Router::here, {list, " permit udp " + host + " eq 500", " permit udp " + host + " eq 4500", " permit esp " + host}});
    out.remedies.push_back({Router::peer, {"crypto map NAME SEQUENCE ipsec-isakmp", " set peer " + ios_address(d.local.ip)}});
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
