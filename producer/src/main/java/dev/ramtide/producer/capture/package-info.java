/** Where captures come from, and the one conductor that takes them to the log. */
@NullMarked
package dev.ramtide.producer.capture;

import org.jspecify.annotations.NullMarked;
