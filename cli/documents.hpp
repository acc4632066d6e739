// The values behind each show, as `| json` prints them (cli/fields.hpp).
#pragma once

#include "cli/fields.hpp"

namespace cli {

IkeSas ike_sas(const engine::View& view, const parser::ShowIkev2Sa& options);
ServedLines served_lines(const ShowFacts& facts, const parser::ShowIpsecSa& options);
ServedLines sessions(const ShowFacts& facts, const parser::ShowCryptoSession& options);
ConfigLines crypto_objects(const parser::Configuration& configuration, const parser::ShowCryptoObjects& options);

/// A line of an access list that a crypto map names, and how many packets it has had protected.
struct AccessListMatch {
  std::string list, line;
  std::uint64_t packets = 0;
};
template <class V>
void fields(V& v, const AccessListMatch& match) {
  v("list", match.list, "Access list");
  v("line", match.line, "Its line as configured, without number");
  v("packets", match.packets, "Packets that it has had sent protected");
}
struct AccessLists {
  ConfigLines configured;
  std::vector<AccessListMatch> matches;
};
template <class V>
void fields(V& v, const AccessLists& document) {
  fields(v, document.configured);
  v("matches", document.matches, "Lines with matches");
}
AccessLists access_lists(const parser::Configuration& configuration, const AccessListHits& hits,
                         const parser::ShowAccessLists& options);

}  // namespace cli
