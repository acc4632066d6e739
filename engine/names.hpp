// Peers that are given by name. A resolver is outside, slow, and not to be trusted: it is asked by an action and answers by an
// event, one question a name is open at a time, and of what it says only what can be a peer is taken, and not much of it.
//
// IOS: a name is resolved when it is entered, with `dynamic` just before each attempt. A name that was not resolved when it was
// entered is asked for again before each attempt until it is. An SA that is up is not disturbed by what its peer's name means
// meanwhile.
#pragma once

#include <string>

#include "engine/event.hpp"

namespace engine {

struct BookLine;
struct Turn;

/// A question, unless it is open already.
void ask_for(Turn& turn, const PeerName& name);
/// The configuration has changed: the names that are new, and resolved when they are entered.
void ask_for_new_names(Turn& turn);
void answered(Turn& turn, const Resolved& answer);
/// That an attempt has failed for want of an address, and why.
void tell_unresolved(Turn& turn, const BookLine& line, const std::string& why);

}  // namespace engine
