// What the daemon gives up before it hears the first octet of a peer. Who it is, is decided by who starts it (packaging/).
#pragma once

namespace kernel {

/// No core file and no other process shall see this memory: keys are in it.
void hide_memory();

/// Keeps CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE where they are there, and no other capability; nothing that would be
/// executed could get one again. Before other threads start. Throws std::runtime_error with a reason fit for the operator.
void keep_network_capabilities_only();

/// From here on a gateway's own system calls, for this thread and those it starts; any other fails with ENOSYS.
/// keep_network_capabilities_only() comes first. Throws std::runtime_error.
void keep_own_system_calls_only();

}  // namespace kernel
