// The values behind each show, as `| json` prints them (cli/fields.hpp).
#pragma once

#include "cli/fields.hpp"

namespace cli {

IkeSas ike_sas(const engine::View& view, const parser::ShowIkev2Sa& options);
ServedLines served_lines(const ShowFacts& facts, const parser::ShowIpsecSa& options);
ServedLines sessions(const ShowFacts& facts, const parser::ShowCryptoSession& options);
ConfigLines crypto_objects(const parser::Configuration& configuration, const parser::ShowCryptoObjects& options);
ConfigLines access_lists(const parser::Configuration& configuration, const parser::ShowAccessLists& options);

}  // namespace cli
