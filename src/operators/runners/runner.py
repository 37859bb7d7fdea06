"""Runs the function that a py> task names, on Python 2.7 and 3.

    python runner.py [PACKAGE.]MODULE.FUNCTION input.json output.json

input.json holds {"params": ...}. Scripts reach them, and hand results on, through two modules that
exist only here: `digdag` with the object `env`, and `digdag_env` with the values behind it. What
came of the call is written to output.json, whether it succeeded or not; a failure then ends the
program with status 1.
"""
from __future__ import print_function, unicode_literals

import collections
import importlib
import inspect
import io
import json
import os
import sys
import traceback
import types

PYTHON2 = sys.version_info[0] == 2
TEXT = type("")


def make_module(name, doc):
    # Python 2 wants names of modules as bytes.
    module = types.ModuleType(str(name), doc)
    sys.modules[str(name)] = module
    return module


def load_params(path):
    with io.open(path, encoding="utf-8") as file:
        return json.load(file)["params"]


class Env(object):
    """What `digdag.env` is: the task's parameters, and ways to hand on others."""

    def __init__(self, state):
        self.params = state.params
        self._state = state
        self._subtasks = 0

    def set_state(self, *objects, **params):
        update_all(self._state.state_params, objects, params)

    def store(self, *objects, **params):
        update_all(self._state.store_params, objects, params)

    def export(self, *objects, **params):
        update_all(self._state.export_params, objects, params)

    def add_subtask(self, *tasks, **params):
        if len(tasks) > 1:
            raise TypeError("add_subtask takes one function or dict but got %d" % len(tasks))
        task = tasks[0] if tasks else {}
        if isinstance(task, dict):
            config = task.copy()
            config.update(params)
        else:
            config = dict(params)
            config["py>"] = ".".join([task.__module__, qualified_name(task)])
        try:
            json.dumps(config)
        except (TypeError, ValueError) as error:
            raise TypeError("Parameters must be serializable using JSON: %s" % error)
        self._state.subtask_config["+subtask%d" % self._subtasks] = config
        self._subtasks += 1


def update_all(target, objects, params):
    for members in objects:
        target.update(members)
    target.update(params)


def qualified_name(function):
    """Class.method or function; Python 2 knows the class of methods only."""
    if hasattr(function, "__qualname__"):
        return function.__qualname__
    owner = getattr(function, "im_class", None)
    return function.__name__ if owner is None else owner.__name__ + "." + function.__name__


def import_module(name):
    if not name:
        raise ValueError("Empty module name")
    return importlib.import_module(str(name))


def attribute(owner, name, description):
    if not hasattr(owner, str(name)):
        raise AttributeError("%s has no attribute '%s'" % (description, name))
    return getattr(owner, str(name))


def resolve(command):
    """The class (or None) and the function or method name behind a command.

    The last piece names an attribute of the module that the others name. Where that is no module,
    the last but one names a class in a shorter one.
    """
    pieces = command.split(".")
    module_name = ".".join(pieces[:-1])
    name = pieces[-1]
    try:
        module = import_module(module_name)
    except ImportError:
        module_name = ".".join(pieces[:-2])
        owner = attribute(import_module(module_name), pieces[-2], "Module '%s'" % module_name)
        return owner, name
    found = attribute(module, name, "Module '%s'" % module_name)
    return (found, "run") if inspect.isclass(found) else (None, found)


class Signature(object):
    """The arguments that a callable takes from the parameters."""

    def __init__(self, function, name, skip_first):
        if PYTHON2:
            spec = inspect.getargspec(function)
            takes_all = spec.keywords is not None
        else:
            spec = inspect.getfullargspec(function)
            takes_all = spec.varkw is not None
        self.name = name
        self.takes_all = takes_all
        self.names = spec.args[1:] if skip_first else spec.args
        self.receiver = spec.args[:1] if skip_first else []
        self.optional = spec.args[len(spec.args) - len(spec.defaults or ()):]
        self.positional_only = positional_only_count(function)

    def call(self, function, params):
        if self.takes_all:
            named = dict((key, params[key]) for key in params if key not in self.receiver)
        else:
            named = dict((key, params[key]) for key in self.names if key in params)
        for name in self.names:
            if name not in named and name not in self.optional:
                raise TypeError(
                    "Method '%s' requires parameter '%s' but not set" % (self.name, name))
        positional = []
        for name in self.names[:self.positional_only]:
            if name not in named:
                break
            positional.append(named.pop(name))
        for name in self.names[:self.positional_only]:
            named.pop(name, None)
        return function(*positional, **dict((str(key), named[key]) for key in named))


def positional_only_count(function):
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    count = getattr(code, "co_posonlyargcount", 0)
    return max(0, count - 1) if inspect.ismethod(function) else count


def call_with_params(function, params):
    signature = Signature(function, qualified_name(function), inspect.ismethod(function))
    return signature.call(function, params)


def instantiate(owner, params):
    constructors = [base.__dict__["__init__"] for base in inspect.getmro(owner)
                    if "__init__" in base.__dict__]
    if not constructors or not inspect.isfunction(constructors[0]):
        return owner()  # that of `object`, or of a class not written in Python
    constructor = constructors[0]
    name = getattr(constructor, "__qualname__", class_name(owner) + ".__init__")
    signature = Signature(constructor, name, True)
    signature.positional_only = max(0, signature.positional_only - 1)
    return signature.call(owner, params)


def class_name(owner):
    return getattr(owner, "__qualname__", owner.__name__)


def call_command(command, params):
    owner, target = resolve(command)
    if owner is not None:
        instance = instantiate(owner, params)
        target = attribute(instance, target, "Class '%s'" % class_name(owner))
    call_with_params(target, params)


def text_of(error):
    try:
        return TEXT(error)
    except UnicodeError:
        return str(error).decode("utf-8", "replace")


def as_text(chunk):
    return chunk if isinstance(chunk, TEXT) else chunk.decode("utf-8", "replace")


def description(error):
    message = text_of(error)
    if isinstance(error, SystemExit):
        message = (
            "Failed to call python command with code:%s Possible cause: Invalid python module "
            "call, duplicate module name with standard library" % message)
    chunks = traceback.format_exception(*sys.exc_info())
    return {
        "class": type(error).__name__,
        "message": message,
        "backtrace": [as_text(chunk) for chunk in chunks],
    }


def result_text(state, error):
    result = collections.OrderedDict()
    for name in ("subtask_config", "export_params", "store_params"):
        result[name] = getattr(state, name)
    if error is not None:
        result["error"] = error
    return json.dumps(result, allow_nan=False)


def write_text(path, text):
    with io.open(path, "w", encoding="utf-8") as file:
        file.write(TEXT(text))


def make_state(params):
    state = make_module("digdag_env", "The values behind digdag.env.")
    state.params = params
    state.subtask_config = collections.OrderedDict()
    state.export_params = {}
    state.store_params = {}
    state.state_params = {}
    make_module("digdag", "What a task's script talks to.").env = Env(state)
    return state


def main(argv):
    command, input_path, output_path = argv[1:4]
    state = make_state(load_params(input_path))
    # At the end: a file of the project does not replace a module of the standard library.
    sys.path.append(os.getcwd())
    try:
        call_command(command, state.params)
        text = result_text(state, None)
    except BaseException as error:
        # Results that JSON cannot hold are a failure as well; without them it can be told.
        state.subtask_config, state.export_params, state.store_params = {}, {}, {}
        write_text(output_path, result_text(state, description(error)))
        if isinstance(error, SystemExit):
            sys.exit(1)
        raise
    write_text(output_path, text)


if __name__ == "__main__":
    main(sys.argv)
