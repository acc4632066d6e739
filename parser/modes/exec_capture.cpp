#include "parser/modes/exec.hpp"

namespace parser {
namespace {

auto monitor() { return kw("monitor", "Monitoring different system events"); }
auto capture_crypto() { return kw("capture", "Packet capture") >> kw("crypto", "IKE and ESP, with the keys of new SAs"); }

auto monitor_capture() {
  using T = MonitorCapture;
  using O = CaptureOrder;
  const char* name = "Name of the capture";
  return (monitor() >> capture_crypto() >> f<&T::name>(word(name)) >>
          (is<&T::order, O::start>(kw("start", "Start the capture")) | is<&T::order, O::stop>(kw("stop", "Stop the capture")) |
           (is<&T::order, O::export_file>(kw("export", "Write packets and keys into files")) >>
            f<&T::file>(word("File on this host: flash:NAME or an absolute path"))))) |
         (is<&T::order, O::remove>(kw("no", "Disable debugging functions") >> monitor()) >> capture_crypto() >>
          f<&T::name>(word(name)));
}

auto replay() { return kw("replay", "What IKE was given since sallyportd started, to be replayed elsewhere"); }

auto monitor_replay() {
  using T = MonitorReplay;
  using O = ReplayOrder;
  return monitor() >> replay() >>
         (is<&T::order, O::start>(kw("start", "Record the next start of sallyportd")) |
          is<&T::order, O::stop>(kw("stop", "Forget what was recorded, and record no start")) |
          (is<&T::order, O::export_file>(kw("export", "Write the recording, without keys, into a file")) >>
           f<&T::file>(word("File on this host: flash:NAME or an absolute path"))));
}

}  // namespace

Commands capture_commands() {
  return table(exec<MonitorCapture>(monitor_capture()), shows<ShowMonitorCapture>(show() >> monitor() >> capture_crypto()),
               exec<MonitorReplay>(monitor_replay()), shows<ShowMonitorReplay>(show() >> monitor() >> replay()));
}

}  // namespace parser
