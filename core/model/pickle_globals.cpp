// SPDX-License-Identifier: GPL-3.0-or-later
// The globals that pickle attacks are made of. Nothing here would be executed anyway; they are refused
// because a file that names them was made to harm, and its owner should not open it with Python either.
#include <algorithm>
#include <array>

#include "core/model/pickle.h"

namespace tessera {
namespace {

// Modules, exactly: a user's own package may be called "code" or "profile".
constexpr std::array<std::string_view, 30> kModules = {
    "posix",  "nt",      "ntpath",  "posixpath", "subprocess", "_posixsubprocess",
    "sys",    "imp",     "runpy",   "_ctypes",   "socket",     "_socket",
    "ssl",    "shutil",  "pty",     "commands",  "code",       "codeop",
    "pickle", "_pickle", "cPickle", "marshal",   "types",      "webbrowser",
    "pdb",    "bdb",     "timeit",  "cProfile",  "profile",    "pydoc"};

// Packages, with everything below them.
constexpr std::array<std::string_view, 12> kPackages = {"os",     "importlib", "ctypes", "asyncio",
                                                        "pip",    "requests",  "urllib", "http",
                                                        "ftplib", "smtplib",   "dill",   "cloudpickle"};

// Harmless members of modules that otherwise hold eval, exec, getattr, open, ...
constexpr std::array<std::string_view, 22> kHarmlessBuiltins = {
    "set",     "frozenset", "list",     "dict",     "tuple",          "int",       "long",  "float",
    "complex", "bool",      "str",      "unicode",  "bytes",          "bytearray", "slice", "range",
    "xrange",  "object",    "Ellipsis", "NoneType", "NotImplemented", "type"};

constexpr std::array<std::string_view, 13> kSingles = {"torch.load",
                                                       "torch.hub.load",
                                                       "torch.jit.load",
                                                       "torch.package",
                                                       "torch.utils.cpp_extension.load",
                                                       "operator.attrgetter",
                                                       "operator.methodcaller",
                                                       "io.open",
                                                       "_io.open",
                                                       "_io.FileIO",
                                                       "io.FileIO",
                                                       "numpy.load",
                                                       "numpy.testing._private.utils.runstring"};

template <typename List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

bool isHostileGlobal(std::string_view module, std::string_view name) {
    const std::string_view top = module.substr(0, module.find('.'));
    if (contains(kModules, module) || contains(kPackages, top)) {
        // Plain records that ordinary training scripts pickle.
        const bool harmless = (module == "types" && name == "SimpleNamespace") ||
                              (module == "pickle" && name == "PickleBuffer");
        return !harmless;
    }
    if (top == "builtins" || top == "__builtin__" || top == "__builtins__") {
        // Exceptions are data, and getattr is how Python pickles the name of a nested class; what else is not
        // a container runs code.
        return name != "getattr" && !contains(kHarmlessBuiltins, name) && !name.ends_with("Error") &&
               !name.ends_with("Exception");
    }
    return contains(kSingles, std::string(module) + "." + std::string(name));
}

}  // namespace tessera
