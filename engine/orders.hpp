// What a RADIUS server orders of clients' sessions (RFC 5176).
#pragma once

#include "engine/event.hpp"

namespace engine {

struct Turn;

/// Ends or changes the sessions that all of the order's names fit; says in OrderDone how many they were.
void obey(Turn& turn, const Ordered& ordered);

}  // namespace engine
