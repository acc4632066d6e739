// The lines of the configuration as plain values, one struct a command, in one header a mode beside the mode's grammar
// (parser/modes/NAME.hpp and .cpp); the members bound there are also the columns of the database.
#pragma once

#include "parser/modes/access_list.hpp"
#include "parser/modes/crypto_map.hpp"
#include "parser/modes/global.hpp"
#include "parser/modes/ikev2_keyring.hpp"
#include "parser/modes/ikev2_policy.hpp"
#include "parser/modes/ikev2_profile.hpp"
#include "parser/modes/ikev2_proposal.hpp"
#include "parser/modes/interface.hpp"
#include "parser/modes/interface_tunnel.hpp"
#include "parser/modes/ipsec_profile.hpp"
#include "parser/modes/ipsec_transform_set.hpp"
#include "parser/modes/logging.hpp"
#include "parser/modes/pki.hpp"
#include "parser/modes/shared.hpp"
