# Runs the method that a rb> task names, on Ruby 2.7 and later.
#
#   ruby runner.rb [MODULE::CLASS.]METHOD input.json output.json
#
# input.json holds {"params": ...}. Scripts reach them, and hand results on, through Digdag.env and
# the constants of DigdagEnv behind it. What came of the call is written to output.json, whether it
# succeeded or not; a failure then ends the program with status 1.

require 'json'

module DigdagEnv
  PARAMS = {}
  SUBTASK_CONFIG = {}
  EXPORT_PARAMS = {}
  STORE_PARAMS = {}
  STATE_PARAMS = {}
end

module Digdag
  # What Digdag.env is: the task's parameters, and ways to hand on others.
  class Env
    attr_reader :params

    def initialize
      @params = DigdagEnv::PARAMS
      @subtasks = 0
    end

    def set_state(**params)
      DigdagEnv::STATE_PARAMS.merge!(params)
    end

    def store(**params)
      DigdagEnv::STORE_PARAMS.merge!(params)
    end

    def export(**params)
      DigdagEnv::EXPORT_PARAMS.merge!(params)
    end

    # add_subtask(hash), add_subtask(:method[, hash]), add_subtask(Class, :method[, hash])
    def add_subtask(*args)
      count = args.length
      params = args.last.is_a?(Hash) ? args.pop : {}
      unless count >= 1 && args.length <= 2
        raise ArgumentError, "wrong number of arguments (#{count} for 1..3 with the last argument " \
                             "is a Hash)"
      end
      config = args.empty? ? params : params.merge("rb>" => command_of(*args))
      begin
        JSON.generate(config)
      rescue StandardError => error
        raise ArgumentError, "Parameters must be serializable using JSON: #{error}"
      end
      DigdagEnv::SUBTASK_CONFIG["+subtask#{@subtasks}"] = config
      @subtasks += 1
      nil
    end

    private

    def command_of(*names)
      check_receiver(names.first)
      return checked_name(names.first).to_s if names.length == 1
      receiver, method_name = names
      checked_name(method_name)
      klass = class_of(receiver)
      unless klass.respond_to?(method_name) || klass.public_method_defined?(method_name)
        raise ArgumentError, "Class #{klass} does not have method #{method_name.inspect}"
      end
      "::#{klass}.#{method_name}"
    end

    def checked_name(name)
      unless name.is_a?(Symbol)
        raise ArgumentError, "Second argument must be a Symbol but got #{name.inspect}"
      end
      raise ArgumentError, "Method name can't include '.'" if name.to_s.include?(".")
      name
    end

    def check_receiver(receiver)
      return if receiver.is_a?(Class) || receiver.is_a?(Symbol)
      raise ArgumentError, "First argument must be a Class or Symbol but got #{receiver.inspect}"
    end

    def class_of(receiver)
      receiver.is_a?(Class) ? receiver : Object.const_get(receiver.to_s)
    rescue NameError
      raise ArgumentError, "Could not find class named #{receiver}"
    end
  end

  def self.env
    @env ||= Env.new
  end
end

# Private to this file: nothing of it is visible to the task's own code but these two modules.
module DigdagRunner
  MAIN = TOPLEVEL_BINDING.receiver

  class << self
    def run(command, input_path, output_path)
      DigdagEnv::PARAMS.merge!(JSON.parse(File.read(input_path, encoding: "UTF-8"))["params"])
      $LOAD_PATH << Dir.pwd
      begin
        call_command(command)
        text = result_text(nil)
      rescue Exception => error # whatever ends the script is the task's failure
        write(output_path, result_text(description(error)))
        raise unless error.is_a?(SystemExit)
        exit(1)
      end
      write(output_path, text)
    end

    private

    def call_command(command)
      receiver_name, dot, method_name = command.rpartition(".")
      return call(MAIN.method(method_name), "", method_name) if dot.empty?
      receiver = Object.const_get(receiver_name)
      if receiver.is_a?(Class) && receiver.public_method_defined?(method_name)
        call(instantiate(receiver).public_method(method_name), "#{receiver}#", method_name)
      else
        call(receiver.public_method(method_name), "#{receiver}.", method_name)
      end
    end

    def instantiate(klass)
      constructor = klass.method(:new)
      forwards = constructor.owner == Class
      parameters = (forwards ? klass.instance_method(:initialize) : constructor).parameters
      positional, keywords = arguments(parameters, "#{klass}.new")
      invoke(constructor, positional, keywords)
    end

    def call(method, receiver, name)
      positional, keywords = arguments(method.parameters, "#{receiver}#{name}")
      invoke(method, positional, keywords)
    end

    def invoke(method, positional, keywords)
      keywords.empty? ? method.call(*positional) : method.call(*positional, **keywords)
    end

    # The positional and keyword arguments that parameters of these kinds take from the task's.
    def arguments(parameters, description)
      params = DigdagEnv::PARAMS
      positional = []
      keywords = {}
      parameters.each do |kind, symbol|
        name = symbol.to_s
        case kind
        when :req, :keyreq
          unless params.key?(name)
            raise ArgumentError, "Method '#{description}' requires parameter '#{name}' but not set"
          end
          kind == :req ? positional << params[name] : keywords[symbol] = params[name]
        when :opt
          positional << params[name] if params.key?(name)
        when :key
          keywords[symbol] = params[name] if params.key?(name)
        when :keyrest
          keywords = with_symbol_keys(params).merge(keywords)
        end
      end
      [positional, keywords]
    end

    def with_symbol_keys(value)
      case value
      when Hash then value.to_h { |key, member| [key.to_sym, with_symbol_keys(member)] }
      when Array then value.map { |item| with_symbol_keys(item) }
      else value
      end
    end

    def description(error)
      {
        "class" => error.class.to_s,
        "message" => readable(error.message.to_s),
        "backtrace" => (error.backtrace || []).map { |line| readable(line) },
      }
    end

    def readable(text)
      text.dup.force_encoding("UTF-8").scrub
    end

    def result_text(error)
      # Of a failed script nothing is handed on, which might not be JSON either.
      return JSON.generate({"error" => error}) unless error.nil?
      JSON.generate(
        "subtask_config" => DigdagEnv::SUBTASK_CONFIG,
        "export_params" => DigdagEnv::EXPORT_PARAMS,
        "store_params" => DigdagEnv::STORE_PARAMS,
      )
    end

    def write(path, text)
      File.write(path, text, encoding: "UTF-8")
    end
  end
end

DigdagRunner.run(*ARGV)
