/** Kafka with TLS, names and ACLs, as an operator sets it up. */
@NullMarked
package dev.ramtide.deploy.secured;

import org.jspecify.annotations.NullMarked;
