// The last script that a heap runs before its first evaluation: it removes what is newer than
// ECMAScript 5 or Duktape's own, and adds the methods of Java's String (language.md §11.5).
// `native` holds the functions that C++ provides, `globals` is the global object.
(function (native, globals) {
  'use strict';

  var kept = {
    Object: 'getPrototypeOf getOwnPropertyDescriptor getOwnPropertyNames create defineProperty ' +
      'defineProperties seal freeze preventExtensions isSealed isFrozen isExtensible keys',
    Function: '', Array: 'isArray', String: 'fromCharCode', Boolean: '',
    Number: 'MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY',
    Date: 'parse UTC now', RegExp: '', Error: '', EvalError: '', RangeError: '',
    ReferenceError: '', SyntaxError: '', TypeError: '', URIError: '',
    Math: 'E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor ' +
      'log max min pow random round sin sqrt tan',
    JSON: 'parse stringify'
  };
  var keptInPrototype = {
    Object: 'toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable ' +
      '__proto__',
    Function: 'length name toString apply call bind',
    Array: 'length toString toLocaleString concat join pop push reverse shift slice sort splice ' +
      'unshift indexOf lastIndexOf every some forEach map filter reduce reduceRight',
    String: 'length toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare ' +
      'match replace search slice split substr substring toLowerCase toLocaleLowerCase ' +
      'toUpperCase toLocaleUpperCase trim',
    Boolean: 'toString valueOf',
    Number: 'toString toLocaleString valueOf toFixed toExponential toPrecision',
    Date: 'toString toDateString toTimeString toLocaleString toLocaleDateString ' +
      'toLocaleTimeString valueOf getTime getFullYear getUTCFullYear getMonth getUTCMonth ' +
      'getDate getUTCDate getDay getUTCDay getHours getUTCHours getMinutes getUTCMinutes ' +
      'getSeconds getUTCSeconds getMilliseconds getUTCMilliseconds getTimezoneOffset setTime ' +
      'setMilliseconds setUTCMilliseconds setSeconds setUTCSeconds setMinutes setUTCMinutes ' +
      'setHours setUTCHours setDate setUTCDate setMonth setUTCMonth setFullYear ' +
      'setUTCFullYear toUTCString toGMTString toISOString toJSON getYear setYear',
    // `flags` is newer, but copying a regular expression and split() read it.
    RegExp: 'exec test toString compile source global ignoreCase multiline lastIndex flags',
    Error: 'name message toString', EvalError: 'name message', RangeError: 'name message',
    ReferenceError: 'name message', SyntaxError: 'name message', TypeError: 'name message',
    URIError: 'name message'
  };
  var keptGlobals = 'NaN Infinity undefined eval parseInt parseFloat isNaN isFinite decodeURI ' +
    'decodeURIComponent encodeURI encodeURIComponent escape unescape moment';

  function keepOnly(object, names) {
    names = names.split(' ');
    Object.getOwnPropertyNames(object).forEach(function (name) {
      if (names.indexOf(name) < 0) native.remove(object, name);
    });
  }

  var assign = Object.assign;

  function adapt(moment) {
    moment.version = '2.21.0';
    // Its one call of something newer than ECMAScript 5, which expressions must not see.
    var duration = moment.duration.fn;
    var humanize = duration.humanize;
    duration.humanize = function (withSuffix, thresholds) {
      Object.defineProperty(Object, 'assign', {value: assign, configurable: true});
      try {
        return humanize.call(this, withSuffix, thresholds);
      } finally {
        delete Object.assign;
      }
    };
  }

  var constructors = Object.keys(kept);
  keepOnly(globals, keptGlobals + ' ' + constructors.join(' '));
  constructors.forEach(function (name) {
    keepOnly(globals[name], 'length name prototype ' + kept[name]);
    if (globals[name].prototype && keptInPrototype[name] !== undefined) {
      keepOnly(globals[name].prototype, 'constructor ' + keptInPrototype[name]);
    }
  });

  function add(name, method) {
    Object.defineProperty(String.prototype, name,
      {value: method, writable: true, enumerable: false, configurable: true});
  }

  // What Java's Character.isWhitespace() knows: no no-break spaces.
  var blanks = '\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006' +
    '\u2008\u2009\u200a\u2028\u2029\u205f\u3000';

  function stripped(text, leading, trailing) {
    var begin = 0;
    var end = text.length;
    while (leading && begin < end && blanks.indexOf(text.charAt(begin)) >= 0) begin++;
    while (trailing && begin < end && blanks.indexOf(text.charAt(end - 1)) >= 0) end--;
    return text.substring(begin, end);
  }

  function outOfBounds(index) {
    throw new RangeError('String index out of range: ' + index);
  }

  function isHigh(unit) { return unit >= 0xd800 && unit < 0xdc00; }
  function isLow(unit) { return unit >= 0xdc00 && unit < 0xe000; }

  function codePointAt(text, index) {
    if (!(index >= 0 && index < text.length)) outOfBounds(index);
    var first = text.charCodeAt(index);
    var second = index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
    return isHigh(first) && isLow(second)
      ? 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00) : first;
  }

  // Java compares letters without their case, one by one.
  function folded(text) {
    var out = '';
    for (var i = 0; i < text.length; i++) out += text.charAt(i).toUpperCase().toLowerCase();
    return out;
  }

  function compare(a, b) {
    var length = Math.min(a.length, b.length);
    for (var i = 0; i < length; i++) {
      if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.charCodeAt(i) - b.charCodeAt(i);
    }
    return a.length - b.length;
  }

  add('replaceAll', function (pattern, replacement) {
    return native.replace(String(this), String(pattern), String(replacement), true);
  });
  add('replaceFirst', function (pattern, replacement) {
    return native.replace(String(this), String(pattern), String(replacement), false);
  });
  add('matches', function (pattern) { return native.matches(String(this), String(pattern)); });
  add('contains', function (part) { return String(this).indexOf(String(part)) >= 0; });
  add('startsWith', function (prefix, offset) {
    offset = offset === undefined ? 0 : offset | 0;
    prefix = String(prefix);
    return offset >= 0 && String(this).substr(offset, prefix.length) === prefix;
  });
  add('endsWith', function (suffix) {
    var text = String(this);
    suffix = String(suffix);
    return text.length >= suffix.length && text.slice(text.length - suffix.length) === suffix;
  });
  add('isEmpty', function () { return String(this).length === 0; });
  add('isBlank', function () { return stripped(String(this), true, false) === ''; });
  add('strip', function () { return stripped(String(this), true, true); });
  add('stripLeading', function () { return stripped(String(this), true, false); });
  add('stripTrailing', function () { return stripped(String(this), false, true); });
  add('repeat', function (count) {
    count = count | 0;
    if (count < 0) {
      throw new RangeError('java.lang.IllegalArgumentException: count is negative: ' + count);
    }
    var out = '';
    for (var piece = String(this); count > 0 && piece !== ''; count >>>= 1) {
      if (count & 1) out += piece;
      if (count > 1) piece += piece;
    }
    return out;
  });
  add('equals', function (other) { return typeof other === 'string' && String(this) === other; });
  add('contentEquals', function (other) { return String(this) === String(other); });
  add('equalsIgnoreCase', function (other) {
    return typeof other === 'string' && folded(String(this)) === folded(other);
  });
  add('compareTo', function (other) { return compare(String(this), String(other)); });
  add('compareToIgnoreCase', function (other) {
    return compare(folded(String(this)), folded(String(other)));
  });
  add('regionMatches', function (ignoreCase, offset, other, otherOffset, length) {
    if (typeof ignoreCase !== 'boolean') {
      return this.regionMatches(false, ignoreCase, offset, other, otherOffset);
    }
    other = String(other);
    if (offset < 0 || otherOffset < 0 || offset + length > this.length ||
        otherOffset + length > other.length) return false;
    var mine = String(this).substr(offset, length);
    var theirs = other.substr(otherOffset, length);
    return ignoreCase ? folded(mine) === folded(theirs) : mine === theirs;
  });
  add('hashCode', function () {
    var hash = 0;
    for (var i = 0; i < this.length; i++) hash = (31 * hash + this.charCodeAt(i)) | 0;
    return hash;
  });
  add('codePointAt', function (index) { return codePointAt(String(this), index | 0); });
  add('codePointBefore', function (index) {
    var text = String(this);
    index |= 0;
    if (index < 1 || index > text.length) outOfBounds(index);
    var pair = index > 1 && isHigh(text.charCodeAt(index - 2)) && isLow(text.charCodeAt(index - 1));
    return codePointAt(text, index - (pair ? 2 : 1));
  });
  add('codePointCount', function (begin, end) {
    var text = String(this);
    if (begin < 0 || end > text.length || begin > end) outOfBounds(begin);
    var count = 0;
    for (var i = begin; i < end; i++) {
      if (i + 1 < end && isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1))) i++;
      count++;
    }
    return count;
  });
  add('subSequence', function (begin, end) {
    if (begin < 0 || end > this.length || begin > end) outOfBounds(begin);
    return String(this).substring(begin, end);
  });
  add('intern', function () { return String(this); });
  add('toCharArray', function () { return String(this).split(''); });

  if (globals.moment) adapt(globals.moment);
})
