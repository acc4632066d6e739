#include "cli/show_diagnose.hpp"

namespace cli {
namespace {

/// What is known, or not known yet, of peers whose SAs are up.
std::string known_of_peers(const engine::View& view, const parser::ShowDiagnose& options) {
  std::string out;
  for (const auto& sa : view.ike_sas) {
    if (options.peer && *options.peer != sa.remote.ip) continue;
    if (sa.single_pair)
      out += "Peer " + ios_socket(sa.remote) + " takes one pair of addresses a Child SA and is asked for no more.\n";
    for (const auto& child : sa.children)
      if (child.pfs_wanted && !child.pfs_group)
        out += "Peer " + ios_socket(sa.remote) + ": no PFS for " + escaped(child.selectors.to_string()) +
               " yet; it comes with the first rekey, with " + std::string(child.pfs_wanted->show_esp) + ".\n";
  }
  return out.empty() ? out : out + "\n";
}

std::string wanted_peer(const engine::AttemptView& wanted) {
  if (wanted.peer_name.empty()) return ios_address(wanted.peer);
  const std::string name = escaped(wanted.peer_name);
  return wanted.peer.is_unspecified() ? name : name + " (" + ios_address(wanted.peer) + ")";
}

/// What traffic asked for and what is not up.
std::string attempts_of(const engine::View& view, const parser::ShowDiagnose& options) {
  std::string out;
  for (const auto& wanted : view.attempts) {
    if (options.peer && *options.peer != wanted.peer) continue;
    out += (wanted.reauthentication ? "To be authenticated anew: crypto map " : "Wanted: crypto map ") + wanted.map + " " +
           std::to_string(wanted.sequence) + " to " + wanted_peer(wanted) + ", " + std::to_string(wanted.failed) +
           " attempts in vain, ";
    const auto left = std::chrono::ceil<std::chrono::seconds>(wanted.next).count();
    out += wanted.resolving   ? "its name is being resolved\n"
           : wanted.under_way ? "one under way\n"
                              : "the next in " + std::to_string(left) + " s\n";
  }
  return out.empty() ? out : out + "\n";
}

}  // namespace

namespace {

bool waits_in_vain(const engine::IkeSaView& sa) { return sa.status == engine::SaStatus::ready && sa.tries > 2; }

}  // namespace

HeardOf heard_of(const engine::View& view, const Recorder& recorder, engine::Time now) {
  HeardOf out;
  for (const auto& diagnosis : view.diagnoses) out.try_emplace(diagnosis.remote.ip);
  const std::size_t most = out.size() + most_asked;
  for (const auto& sa : view.ike_sas)
    if (waits_in_vain(sa) && out.size() < most) out.try_emplace(sa.remote.ip);
  for (const auto& attempt : view.attempts)
    if (attempt.under_way && out.size() < most) out.try_emplace(attempt.peer);
  for (auto& [peer, each] : out) each = heard_of_peer(recorder, peer, now);
  return out;
}

std::vector<engine::Diagnosis> silent_now(const engine::View& view, const HeardOf& heard) {
  std::vector<engine::Diagnosis> out;
  for (const auto& attempt : view.attempts) {
    const auto known = heard.find(attempt.peer);
    if (!attempt.under_way || known == heard.end() || known->second.unanswered < 2) continue;
    engine::Diagnosis silent;
    silent.cause = engine::Cause::no_response;
    silent.local = known->second.local;
    silent.remote = {attempt.peer, known->second.remote.port};
    silent.what = "nothing yet: the attempt goes on, and no answer came so far";
    out.push_back(std::move(silent));
  }
  for (const auto& sa : view.ike_sas) {
    if (!waits_in_vain(sa) || !heard.contains(sa.remote.ip)) continue;
    engine::Diagnosis silent;
    silent.sa = sa.id;
    silent.cause = engine::Cause::no_response;
    silent.local = sa.local;
    silent.remote = sa.remote;
    silent.what = "nothing yet: a request inside the IKE SA was sent " + std::to_string(sa.tries) + " times without an answer";
    out.push_back(std::move(silent));
  }
  return out;
}

Diagnoses explained(const engine::View& view, const parser::Configuration& configuration, const HeardOf& heard,
                    const parser::ShowDiagnose& options) {
  Diagnoses out{{}, view.half_open};
  for (const auto& silent : silent_now(view, heard))
    if (!options.peer || *options.peer == silent.remote.ip)
      out.diagnoses.push_back({silent, explain(silent, configuration, heard.at(silent.remote.ip))});
  for (const auto& diagnosis : view.diagnoses) {
    if (options.peer && *options.peer != diagnosis.remote.ip) continue;
    const auto known = heard.find(diagnosis.remote.ip);
    out.diagnoses.push_back({diagnosis, explain(diagnosis, configuration, known == heard.end() ? Heard{} : known->second)});
  }
  return out;
}

namespace {

constexpr std::string_view continued = "            ";

void put_lines(std::string& out, std::string_view title, const std::vector<std::string>& lines, bool numbered) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += i == 0 ? title : continued;
    out += (numbered ? std::to_string(i + 1) + ". " : std::string()) + escaped(lines[i]) + "\n";
  }
}

void put_remedies(std::string& out, const std::vector<Remedy>& remedies) {
  for (std::size_t i = 0; i < remedies.size(); ++i) {
    out += i == 0 ? "  Mend:     " : std::string(continued) + "or ";
    out += remedies[i].where == Router::here ? "on this router\n" : "on the peer\n";
    for (const std::string& line : remedies[i].lines) out += std::string(continued) + "  " + line + "\n";
  }
}

void put_diagnosis(std::string& out, const ExplainedDiagnosis& each) {
  const engine::Diagnosis& d = each.diagnosis;
  const auto& cause = engine::text_of(d.cause);
  out += "Peer " + ios_socket(d.remote) + ", local " + ios_socket(d.local) + ", " +
         (d.role == engine::Role::initiator ? "initiator" : "responder") + ", " + ios_uptime(d.ago) + " ago";
  if (d.count > 1) out += ", " + std::to_string(d.count) + " times";
  out += "\n  Cause:    " + std::string(cause.name) + "\n            " + std::string(cause.plain) + "\n";
  if (!d.what.empty()) out += "  Refused:  " + escaped(d.what) + "\n";
  std::vector<std::string> evidence = d.evidence;
  evidence.insert(evidence.end(), each.explanation.evidence.begin(), each.explanation.evidence.end());
  put_lines(out, "  Evidence: ", evidence, false);
  put_lines(out, "  Probable: ", d.probable, true);
  put_remedies(out, each.explanation.remedies);
  out += "\n";
}

}  // namespace

std::string show_diagnose(const Diagnoses& diagnoses, const engine::View& view, const parser::ShowDiagnose& options) {
  std::string out;
  for (const auto& each : diagnoses.diagnoses) put_diagnosis(out, each);
  if (out.empty()) out = "No failed negotiation is recorded.\n\n";
  out += known_of_peers(view, options) + attempts_of(view, options);
  out += "Negotiations half open: " + std::to_string(view.half_open) + "\nDatagrams dropped:";
  std::uint64_t total = 0;
  std::string rows;
  for (std::size_t i = 0; i < view.dropped.size(); ++i) {
    if (view.dropped[i] == 0) continue;
    total += view.dropped[i];
    rows += "  " + padded(engine::cause_texts[i].name, 28) + std::to_string(view.dropped[i]) + "\n";
  }
  return out + " " + std::to_string(total) + "\n" + rows;
}

std::string show_diagnose_error(const engine::View& view) {
  std::string out = "Exit Path Table - status: enable, current entry " + std::to_string(view.diagnoses.size()) +
                    ", deleted 0, max allow 50\n\n";
  for (const auto& d : view.diagnoses)
    out += "Error(" + std::to_string(d.count) + "): " + std::string(engine::text_of(d.cause).ios) + "\n\n";
  return out;
}

}  // namespace cli
