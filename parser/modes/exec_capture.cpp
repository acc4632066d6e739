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

}  // namespace

Commands capture_commands() {
  return table(exec<MonitorCapture>(monitor_capture()), shows<ShowMonitorCapture>(show() >> monitor() >> capture_crypto()));
}

}  // namespace parser
