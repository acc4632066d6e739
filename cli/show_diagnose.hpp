// `show crypto ikev2 diagnose`: what failed, why, and what mends it.
#pragma once

#include <map>

#include "cli/fields.hpp"
#include "cli/remedy.hpp"

namespace cli {

struct ExplainedDiagnosis {
  engine::Diagnosis diagnosis;
  Explanation explanation;
};
template <class V>
void fields(V& v, const ExplainedDiagnosis& each) {
  fields(v, each.diagnosis);
  v("compared", each.explanation.evidence, "Theirs against ours, part by part, and what was heard of the peer");
  v("remedies", each.explanation.remedies, "Configuration that would mend it, best first");
}

struct Diagnoses {
  std::vector<ExplainedDiagnosis> diagnoses;
  std::uint32_t half_open = 0;
};
template <class V>
void fields(V& v, const Diagnoses& document) {
  v("diagnoses", document.diagnoses, "Negotiations that failed, newest first");
  v("half_open", document.half_open, "Negotiations under way that peers began");
}

/// What the recorder heard of each peer that a diagnosis names, or that is asked now; of so many of the latter at most.
inline constexpr std::size_t most_asked = 64;
using HeardOf = std::map<engine::IpAddress, Heard>;
HeardOf heard_of(const engine::View& view, const Recorder& recorder, engine::Time now);

/// Peers that do not answer at this moment: attempts, and requests inside an IKE SA.
std::vector<engine::Diagnosis> silent_now(const engine::View& view, const HeardOf& heard);

Diagnoses explained(const engine::View& view, const parser::Configuration& configuration, const HeardOf& heard,
                    const parser::ShowDiagnose& options);
/// Plain words; then what is wanted and not up, and what was dropped, by cause.
std::string show_diagnose(const Diagnoses& diagnoses, const engine::View& view, const parser::ShowDiagnose& options);
/// Cisco's layout of `show crypto ikev2 diagnose error`.
std::string show_diagnose_error(const engine::View& view);

}  // namespace cli
