"""Netmiko against a running shell: facts, a configuration, saving it, and a file by SCP. Arguments: port, user, key."""
import sys
import time

from netmiko import ConnectHandler, FileTransfer

port, user, key = sys.argv[1:]
router = dict(device_type="cisco_ios", host="127.0.0.1", port=int(port), username=user, use_keys=True, key_file=key, allow_agent=False)


def check(condition, what):
    if not condition:
        sys.exit(f"netmiko: {what}")


with ConnectHandler(**router) as shell:
    begun = time.monotonic()
    version = shell.send_command("show version")
    check("uptime is" in version and "Version" in version, f"show version: {version}")
    check(time.monotonic() - begun < 2, "show version takes over two seconds")
    answer = shell.send_config_set(
        ["hostname R1", "ip access-list extended BY-NETMIKO", "permit ip 10.1.0.0 0.0.255.255 any", "crypto ikev2 proposal P",
         "encryption aes-cbc-256", "integrity sha256", "group 14"])
    check("%" not in answer, f"the configuration is refused: {answer}")
    shell.set_base_prompt()
    running = shell.send_command("show running-config")
    check("hostname R1\n" in running and " permit ip 10.1.0.0 0.0.255.255 any\n" in running, f"not configured: {running}")
    check("[OK]" in shell.save_config(), "not saved")
    shell.write_channel("copy running-config startup-config\r\r")
    check("[OK]" in shell.read_until_pattern(r"\[OK\]"), "not copied")
    shell.find_prompt()
    longest = shell.send_command("show running-config | include " + "x" * 150)
    check(longest == "", f"a long line: {longest!r}")
    with open(key + ".cfg", "w") as file:
        file.write("ip access-list extended BY-SCP\n permit ip any host 192.0.2.1\n")
    with FileTransfer(shell, source_file=key + ".cfg", dest_file="by-scp.cfg", file_system="bootflash:") as transfer:
        check(not transfer.check_file_exists(), "there already")
        check(transfer.verify_space_available(), "no space")
        transfer.transfer_file()
        check(transfer.check_file_exists() and transfer.verify_file(), "not as it was sent")
    shell.send_config_set(["file prompt quiet"])
    check("bytes copied" in shell.send_command("copy bootflash:by-scp.cfg running-config"), "not copied into running-config")
    check("permit ip any host 192.0.2.1" in shell.send_command("show access-lists BY-SCP"), "what was sent is not configured")
    shell.send_config_set(["no file prompt quiet"])
print("netmiko: fine")
