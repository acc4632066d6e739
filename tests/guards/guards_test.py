#!/usr/bin/env python3
"""Each guard is fed a bad file and must complain, and a good one and must not."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import guards  # noqa: E402


class Includes(unittest.TestCase):
    def complaints(self, path, line):
        return list(guards.check_includes(path, line + "\n"))

    def test_upward_and_sideways(self):
        for path, header in [
            ("engine/ike_sa.cpp", "kernel/data_plane.hpp"),
            ("engine/ike_sa.cpp", "parser/parser.hpp"),
            ("parser/compile.cpp", "kernel/data_plane.hpp"),
            ("parser/compile.cpp", "cli/show.hpp"),
            ("kernel/xfrm.cpp", "parser/parser.hpp"),
            ("kernel/xfrm.cpp", "cli/show.hpp"),
            ("engine/wire/message.cpp", "engine/ike_sa.hpp"),
            ("engine/crypto/prf.cpp", "engine/exchange/ike_auth.hpp"),
            ("engine/bytes.hpp", "engine/wire/message.hpp"),
            ("engine/config.hpp", "engine/endpoint.hpp"),
            ("cli/show.cpp", "show.hpp"),
            ("cli/show.cpp", "../engine/view.hpp"),
        ]:
            self.assertTrue(self.complaints(path, f'#include "{header}"'), (path, header))

    def test_libraries_outside_their_place(self):
        for path, header in [
            ("cli/show.cpp", "boost/spirit/home/x3.hpp"),
            ("kernel/udp.cpp", "openssl/evp.h"),
            ("engine/ike_sa.cpp", "openssl/evp.h"),
            ("parser/compile.cpp", "sqlite3.h"),
            ("cli/daemon.cpp", "netlink/netlink.h"),
            ("cli/daemon.cpp", "nftables/libnftables.h"),
            ("parser/parser.cpp", "readline/readline.h"),
        ]:
            self.assertTrue(self.complaints(path, f"#include <{header}>"), (path, header))

    def test_what_is_allowed(self):
        for path, line in [
            ("engine/ike_sa.cpp", '#include "engine/wire/message.hpp"'),
            ("engine/event.hpp", '#include "engine/crypto/jobs.hpp"'),
            ("engine/wire/message.cpp", '#include "engine/bytes.hpp"'),
            ("engine/crypto/dh.cpp", "#include <openssl/evp.h>"),
            ("kernel/esp_cipher.cpp", "#include <openssl/evp.h>"),
            ("kernel/xfrm.cpp", '#include "engine/event.hpp"'),
            ("parser/database.cpp", "#include <sqlite3.h>"),
            ("parser/modes/exec.hpp", "#include <boost/spirit/home/x3.hpp>"),
            ("cli/daemon.cpp", '#include "kernel/loop.hpp"'),
            ("cli/line_editor.cpp", "#include <readline/readline.h>"),
        ]:
            self.assertEqual(self.complaints(path, line), [], (path, line))


class Purity(unittest.TestCase):
    def complaints(self, line, path="engine/ike_sa.cpp"):
        return list(guards.check_purity(path, line + "\n"))

    def test_impure(self):
        for line in [
            "auto now = std::chrono::steady_clock::now();",
            "auto now = std::chrono::system_clock::now();",
            "auto t = ::time(nullptr);",
            "std::random_device device;",
            "RAND_bytes(out, 8);",
            "std::thread worker;",
            "std::mutex lock;",
            "int s = ::socket(AF_INET, SOCK_DGRAM, 0);",
            "std::ifstream in(path);",
            'std::printf("%d", 1);',
            'std::cerr << "x";',
            'std::fputs("x", stderr);',
            "#include <iostream>",
            "#include <sys/socket.h>",
            "#include <thread>",
        ]:
            self.assertTrue(self.complaints(line), line)

    def test_pure(self):
        for line in [
            "// the kernel's socket(), std::thread and steady_clock are named in a comment",
            'why = "open(path) failed";',
            "auto t = now + lifetime(sa);",
            "Result<Bytes> opened = crypto::open(keys, associated, sealed);",
            "#include <chrono>",
        ]:
            self.assertEqual(self.complaints(line), [], line)
        self.assertEqual(self.complaints("std::thread worker;", "kernel/workers.cpp"), [])
        self.assertEqual(self.complaints('std::fputs("broken invariant", stderr);\nstd::abort();'), [], "the last words of a broken invariant")


class Length(unittest.TestCase):
    def test_long_file(self):
        self.assertTrue(list(guards.check_length("engine/a.cpp", "int a;\n" * 601)))
        self.assertEqual(list(guards.check_length("engine/a.cpp", "int a;\n" * 600)), [])
        self.assertEqual(list(guards.check_length("tests/sim/a.cpp", "int a;\n" * 900)), [])

    def test_long_function(self):
        body = "  f(1);\n" * 79
        self.assertTrue(list(guards.check_length("cli/a.cpp", "namespace cli {\nvoid f(int) {\n" + body + "}\n}\n")))
        self.assertTrue(list(guards.check_length("cli/a.cpp", "struct S {\n  S() : a_(1) {\n" + body + "  }\n};\n")))
        self.assertTrue(list(guards.check_length("cli/a.cpp", "bool f() {\n  if (g()) {\n" + body + "  }\n}\n")))
        self.assertEqual(list(guards.check_length("cli/a.cpp", "void f(int) {\n" + body[: 8 * 78] + "}\n")), [])
        self.assertEqual(list(guards.check_length("cli/a.cpp", "constexpr int t[] = {\n" + "    1,\n" * 100 + "};\n")), [])
        self.assertEqual(list(guards.check_length("cli/a.cpp", "class C {\n" + "  void f();\n" * 100 + "};\n")), [])

    def test_braces_in_strings_and_comments(self):
        self.assertEqual(list(guards.check_length("cli/a.cpp", "void f() {\n  g('{', \"{\");  // {\n}\n" + "int a;\n" * 100)), [])


class Finished(unittest.TestCase):
    def test_unfinished(self):
        for line in ["// TO" "DO: later", "// FIX" "ME", "return fail(\"not implemented\");"]:
            self.assertTrue(list(guards.check_finished("engine/a.cpp", line)), line)

    def test_finished(self):
        self.assertEqual(list(guards.check_finished("engine/a.cpp", "int shackle = 1;  // done\n")), [])


class Pipes(unittest.TestCase):
    def test_cut_short(self):
        for line in ["ip address | grep -qF 1 || fail", "show | head -n 1"]:
            self.assertTrue(list(guards.check_pipes("tests/interop/a.sh", line)), line)

    def test_read_to_the_end(self):
        for line in ["ip address | matches -F 1 || fail", "grep -q 1 file", "sh -c 'ss | grep -q 1'"]:
            self.assertEqual(list(guards.check_pipes("tests/interop/a.sh", line)), [], line)


class TablesOfTests(unittest.TestCase):
    HEAD = "# Cases\n\nWords, not | a table.\n\n| Case | Tests |\n|---|---|\n"
    KNOWN = {"Rekey.Regular", "Rekey.Collision"}

    def complaints(self, row):
        return list(guards.check_tests_exist("docs/a.md", self.HEAD + row + "\n", self.KNOWN, lambda name: name == "tests/a/b_test.sh"))

    def test_missing(self):
        for row in ["| regular | Rekey.Regula |", "| regular | Rekey.Regular, Rekey.None |", "| regular | later |", "| regular | |",
                    "| regular |", "| regular | Rekey.Regular | more |", "| regular | tests/a/c_test.sh |"]:
            self.assertTrue(self.complaints(row), row)

    def test_present(self):
        for row in ["| regular | Rekey.Regular |", "| both | Rekey.Regular, `Rekey.Collision`, tests/a/b_test.sh |", "| other | none: not spoken |"]:
            self.assertEqual(self.complaints(row), [], row)

    def test_names_in_sources(self):
        text = "TEST(A, B) {}\nTEST_F(C, D) {}\nTEST_P(E,\n       F) {}\nTYPED_TEST(G, H) {}\n// TEST(I, J)\nINSTANTIATE_TEST_SUITE_P(K, L, M);\n"
        self.assertEqual(guards.tests_in(text), {"A.B", "C.D", "E.F", "G.H"})


class Places(unittest.TestCase):
    THERE = {"docs/tour.md", "cli/gateway", "docs/a.md"}

    def complaints(self, line):
        return list(guards.check_places("docs/b.md", line + "\n", lambda place: place in self.THERE))

    def test_missing(self):
        for line in ["see `docs/tours.md`", "`cli/gate` and `docs/tour.md`", "[this](c.md)"]:
            self.assertEqual(len(self.complaints(line)), 1, line)

    def test_present(self):
        for line in ["`docs/tour.md` and `cli/gateway`", "[this](a.md#part)", "[that](https://example.org/x)", "`tests/run --list`", "`show/x`"]:
            self.assertEqual(self.complaints(line), [], line)


class Tools(unittest.TestCase):
    def scratch(self, text, folder=None):
        directory = tempfile.TemporaryDirectory(dir=folder)
        self.addCleanup(directory.cleanup)
        path = pathlib.Path(directory.name) / "bad.cpp"
        path.write_text(text)
        return str(path)

    def test_format(self):
        style = (guards.TOP / ".clang-format").read_text()
        bad, good = self.scratch("int  f( ) {return 1 ;}\n"), self.scratch("int f() { return 1; }\n")
        for path in (bad, good):
            (pathlib.Path(path).parent / ".clang-format").write_text(style)
        self.assertTrue(guards.check_format([bad]))
        self.assertEqual(guards.check_format([good]), [])

    def test_tidy(self):
        settings = "--config-file=" + str(guards.TOP / ".clang-tidy")
        bad = "#include <string>\n#include <utility>\nstd::string f(std::string a) {\n  std::string b = std::move(a);\n  return b + a;\n}\n"
        good = "int f(int a) { return a + 1; }\n"
        self.assertTrue(guards.tidy_one(self.scratch(bad), [settings]))
        self.assertEqual(guards.tidy_one(self.scratch(good), [settings]), [])


if __name__ == "__main__":
    unittest.main()
