/** The verb that makes files of key-encryption keys. */
@NullMarked
package dev.ramtide.deploy.keys;

import org.jspecify.annotations.NullMarked;
